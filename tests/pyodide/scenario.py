"""What both Pythons run: a shell, the extension, a manifest, commands, a failing one, completion and a picture."""

from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

MANIFEST = """%%manifest kuard.yaml
apiVersion: v1
kind: Pod
metadata:
  name: kuard
  labels: {app: kuard}
spec:
  containers:
    - name: kuard
      image: gcr.io/kuar-demo/kuard-amd64:1
      resources:
        requests: {cpu: 500m, memory: 128Mi}
"""
CELLS = [
    "%load_ext k8s_magic",
    MANIFEST,
    "kubectl get pods\nkubectl get pods -o wide",
    "%cluster tick 30s",
    "%kubectl get pods -o wide",
    "kubectl describe pod kuard",
    "kubectl get pod kuard -o yaml",
    "kubectl logs kuard",
    "kubectl create deployment web --image=nginx --replicas=3",
    "kubectl rollout status deployment web",
    "kubectl get all",
    "kubectl get nodes -o jsonpath='{.items[*].metadata.name}'",
    """%%terminal
POD=$(kubectl get pods -l app=kuard -o jsonpath='{.items[0].metadata.name}')
kubectl port-forward $POD 8080:8080 &
for i in {1..3}; do curl -s localhost:8080/healthy; sleep 10; done
kubectl get pods --no-headers | awk '{print $1, $3}' | sort -r > pods.txt
cat pods.txt""",
    "kubectl get nodes -o name | grep -c node",
    "!kubectl get nodes -o name",
    "kubectl get pod nope",
    "%%manifest\nkind: [",
    "%cluster",
]


def main() -> None:
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.Completer.use_jedi = False
    for cell in CELLS:
        print(f">>> {cell.splitlines()[0]}")
        shell.run_cell(cell)
    with provisionalcompleter():
        print([completion.text for completion in shell.Completer.completions("kubectl get pods ku", 19)])
    cluster = shell.run_line_magic("cluster", "object")
    picture = __import__("k8s_magic.widgets", fromlist=["pictures"]).pictures()["placement"](cluster.client, cluster.inspector)
    picture.follow(0)
    data, _ = picture._repr_mimebundle_()
    print(data["text/plain"])
    print(data["text/html"])


main()
