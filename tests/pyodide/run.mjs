// node run.mjs PYODIDE_DIR WHEELS_DIR SCENARIO: unpacks pure wheels into Pyodide, runs the scenario, prints what it prints.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, wheels, scenario] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(runtime, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: runtime });
const site = pyodide.runPython("import site; site.getsitepackages()[0]");
for (const name of readdirSync(wheels).filter((name) => name.endsWith(".whl"))) {
  // A node Buffer is refused; a plain array of bytes is not.
  pyodide.unpackArchive(new Uint8Array(readFileSync(join(wheels, name))), "zip", { extractDir: site });
}
pyodide.FS.mkdirTree("/work");
pyodide.FS.chdir("/work");
// Packages of the standard library that the npm package leaves out are not asked for over the network.
pyodide.runPython(readFileSync(scenario, "utf8"));
