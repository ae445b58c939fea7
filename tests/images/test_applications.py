"""The book's real applications, as its chapters 13 and 14 run them: Redis with sentinels, MongoDB, MySQL, Ghost, Parse."""

from __future__ import annotations

import re

import pytest

from k8s_magic.cluster import Cluster
from k8s_magic.images._documents import BadLiteral, literals

MASTER = "bind 0.0.0.0\nport 6379\n\ndir /redis-data\n"
SLAVE = "bind 0.0.0.0\nport 6379\n\ndir .\n\nslaveof redis-0.redis 6379\n"
SENTINEL = "bind 0.0.0.0\nport 26379\n\nsentinel monitor redis redis-0.redis 6379 2\nsentinel down-after-milliseconds redis 10000\n"
INIT = (
    "#!/bin/bash\nif [[ ${HOSTNAME} == 'redis-0' ]]; then\n  redis-server /redis-config/master.conf\n"
    "else\n  redis-server /redis-config/slave.conf\nfi\n"
)
WAIT = (
    "#!/bin/bash\nwhile ! ping -c 1 redis-0.redis; do\n    echo 'Waiting for server'\n    sleep 1\ndone\n\n"
    "redis-sentinel /redis-config/sentinel.conf\n"
)
REDIS = """
apiVersion: v1
kind: Service
metadata: {name: redis}
spec: {clusterIP: None, ports: [{port: 6379, name: peer}], selector: {app: redis}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  replicas: 3
  serviceName: redis
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
      - {command: [sh, -c, source /redis-config/init.sh], image: "redis:3.2.7-alpine", name: redis, ports: [{containerPort: 6379}],
         volumeMounts: [{mountPath: /redis-config, name: config}, {mountPath: /redis-data, name: data}]}
      - {command: [sh, -c, source /redis-config/sentinel.sh], image: "redis:3.2.7-alpine", name: sentinel,
         volumeMounts: [{mountPath: /redis-config, name: config}]}
      volumes: [{configMap: {name: redis-config}, name: config}, {emptyDir: {}, name: data}]
"""


def ask(cluster: Cluster, command: str, stdin: str | None = None) -> str:
    result = cluster.kubectl(f"exec {'-i ' if stdin else ''}{command}", stdin=stdin)
    return result.stdout


@pytest.fixture
def redis() -> Cluster:
    cluster = Cluster(system=False)
    files = {"master.conf": MASTER, "slave.conf": SLAVE, "sentinel.conf": SENTINEL, "init.sh": INIT, "sentinel.sh": WAIT}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "redis-config"}, "data": files}
    cluster.client.create("configmaps", config, "default")
    assert cluster.kubectl("apply -f -", stdin=REDIS).exit_code == 0
    cluster.tick("40s")
    return cluster


def address(cluster: Cluster, pod: str) -> str:
    return str(cluster.client.get("pods", pod, "default")["status"]["podIP"])


def test_redis_replicates_as_in_the_book(redis: Cluster) -> None:
    found = ask(redis, "redis-2 -c redis -- redis-cli -p 26379 sentinel get-master-addr-by-name redis")
    assert found == f"{address(redis, 'redis-0')}\n6379\n"
    assert ask(redis, "redis-2 -c redis -- redis-cli -p 6379 get foo") == "\n"
    refused = ask(redis, "redis-2 -c redis -- redis-cli -p 6379 set foo 10")
    assert refused == "READONLY You can't write against a read only slave.\n"
    assert ask(redis, "redis-0 -c redis -- redis-cli -p 6379 set foo 10") == "OK\n"
    assert ask(redis, "redis-2 -c redis -- redis-cli -p 6379 get foo") == "10\n"
    assert ask(redis, "redis-1 -c redis -- redis-cli role").splitlines()[:4] == ["slave", "redis-0.redis", "6379", "connected"]


def test_sentinels_promote_a_replica_of_a_master_that_hangs(redis: Cluster) -> None:
    ask(redis, "redis-0 -c redis -- redis-cli set foo 10")
    redis.hang("redis-0")
    redis.tick("40s")
    new = ask(redis, "redis-2 -c redis -- redis-cli -p 26379 sentinel get-master-addr-by-name redis").split()[0]
    assert new in (address(redis, "redis-1"), address(redis, "redis-2"))
    promoted = "redis-1" if new == address(redis, "redis-1") else "redis-2"
    assert ask(redis, f"{promoted} -c redis -- redis-cli role").split()[0] == "master"
    assert ask(redis, f"{promoted} -c redis -- redis-cli incr foo") == "11\n"
    redis.unhang("redis-0")
    redis.tick("60s")
    assert ask(redis, "redis-0 -c redis -- redis-cli role").split()[:2] == ["slave", new]
    assert ask(redis, "redis-0 -c redis -- redis-cli get foo") == "11\n"


COMMANDS = [
    ("set a 1", "OK"),
    ("incr a", "2"),
    ("append a x", "2"),
    ("incr a", "ERR value is not an integer or out of range"),
    ("rpush l 1 2 3", "3"),
    ("lrange l 0 -1", "1\n2\n3"),
    ("get l", "WRONGTYPE Operation against a key holding the wrong kind of value"),
    ("hset h f v", "1"),
    ("hgetall h", "f\nv"),
    ("expire a 100", "1"),
    ("exists a b", "1"),
    ("get", "ERR wrong number of arguments for 'get' command"),
    ("nope x", "ERR unknown command 'nope', with args beginning with: 'x' "),
    ("dbsize", "3"),
]


def test_redis_commands() -> None:
    cluster = Cluster(system=False)
    cluster.kubectl("run r --image=redis")
    cluster.tick("5s")
    assert [(words, ask(cluster, f"r -- redis-cli {words}")[:-1]) for words, _ in COMMANDS] == COMMANDS
    assert ask(cluster, "r -- redis-cli", "ping\nget a\n") == "PONG\n2x\n"
    missing = cluster.kubectl("exec r -- redis-cli -p 7000 ping")
    assert missing.stderr.startswith("Could not connect to Redis at 127.0.0.1:7000: Connection refused\n")


MONGO = """
apiVersion: v1
kind: Service
metadata: {name: mongo}
spec: {clusterIP: None, ports: [{port: 27017, name: peer}], selector: {app: mongo}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: mongo}
spec:
  serviceName: mongo
  replicas: 3
  selector: {matchLabels: {app: mongo}}
  template:
    metadata: {labels: {app: mongo}}
    spec:
      containers:
      - {name: mongodb, image: "mongo:3.4.1", command: [mongod, --replSet, rs0], ports: [{containerPort: 27017, name: peer}]}
"""


@pytest.fixture
def mongo() -> Cluster:
    cluster = Cluster(system=False)
    cluster.kubectl("apply -f -", stdin=MONGO)
    cluster.tick("20s")
    before = ask(cluster, "mongo-0 -- mongo --quiet --eval rs.status()")
    assert '"errmsg" : "no replset config has been received"' in before
    typed = 'rs.initiate( {\n  _id: "rs0",\n  members:[ { _id: 0, host: "mongo-0.mongo:27017" } ]\n  });\n'
    assert ask(cluster, "mongo-0 -- mongo", typed).endswith('{ "ok" : 1 }\n')
    ask(cluster, "mongo-0 -- mongo", 'rs.add("mongo-1.mongo:27017");\nrs.add("mongo-2.mongo:27017");\n')
    cluster.tick("20s")
    return cluster


def states(cluster: Cluster, pod: str) -> list[str]:
    return re.findall(r'"stateStr" : "(.*)"', ask(cluster, f"{pod} -- mongo --quiet --eval rs.status()"))


def test_a_mongo_replica_set_is_made_by_hand_as_in_the_book(mongo: Cluster) -> None:
    assert states(mongo, "mongo-2") == ["PRIMARY", "SECONDARY", "SECONDARY"]
    ask(mongo, "mongo-0 -- mongo --quiet --eval \"db.users.insert({name: 'ann'})\"")
    mongo.tick("1s")
    assert "slaveOk=false" in ask(mongo, "mongo-1 -- mongo --quiet --eval 'db.users.find()'")
    assert ask(mongo, "mongo-1 -- mongo --quiet --eval 'rs.slaveOk(); db.users.count()'") == "1\n"


def test_a_mongo_replica_set_elects_another_primary(mongo: Cluster) -> None:
    node = mongo.client.get("pods", "mongo-0", "default")["spec"]["nodeName"]
    mongo.kill_node(node)
    mongo.tick("40s")
    assert sorted(states(mongo, "mongo-1")) == ["(not reachable/healthy)", "PRIMARY", "SECONDARY"]
    mongo.start_node(node)
    mongo.tick("60s")
    assert states(mongo, "mongo-0").count("PRIMARY") <= 1


LITERALS = [
    ("{_id: \"rs0\", members: [{_id: 0, host: 'a:1'}]}", [{"_id": "rs0", "members": [{"_id": 0, "host": "a:1"}]}]),
    ("'a', 1, -2.5, true, null", ["a", 1, -2.5, True, None]),
    ("", []),
    ("{a: [1, 2,], }", [{"a": [1, 2]}]),
]


@pytest.mark.parametrize(("text", "values"), LITERALS)
def test_javascript_literals(text: str, values: list[object]) -> None:
    assert literals(text) == values


@pytest.mark.parametrize("text", ["{a: }", "{a", "[1", "@"])
def test_what_is_no_literal(text: str) -> None:
    with pytest.raises(BadLiteral):
        literals(text)


GHOST = """
apiVersion: v1
kind: Pod
metadata: {name: mysql, labels: {app: mysql}}
spec:
  volumes: [{name: data, hostPath: {path: /data}}]
  nodeName: node1
  containers:
  - {name: mysql, image: mysql, env: [{name: MYSQL_ROOT_PASSWORD, value: root}], livenessProbe: {tcpSocket: {port: 3306}},
     volumeMounts: [{name: data, mountPath: /var/lib/mysql}]}
---
apiVersion: v1
kind: Service
metadata: {name: mysql}
spec: {ports: [{port: 3306}], selector: {app: mysql}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ghost-config}
data:
  ghost-config.js: |
    config = { development: { url: 'http://localhost:2368', database: { client: 'mysql',
      connection: { host : 'mysql', user : 'root', password : 'root', database : 'ghost_db' } },
      server: { host: '0.0.0.0', port: '2368' } } };
---
apiVersion: v1
kind: Pod
metadata: {name: ghost}
spec:
  volumes: [{name: config, configMap: {name: ghost-config}}]
  containers:
  - {name: ghost, image: ghost, volumeMounts: [{mountPath: /ghost-config, name: config}],
     command: [sh, -c, cp /ghost-config/ghost-config.js /var/lib/ghost/config.js && docker-entrypoint.sh npm start]}
"""


def test_ghost_keeps_its_posts_in_mysql() -> None:
    cluster = Cluster(system=False)
    cluster.kubectl("apply -f -", stdin=GHOST)
    cluster.tick("10s")
    assert "Unknown database 'ghost_db'" in cluster.kubectl("logs ghost").stdout
    refused = cluster.kubectl("exec mysql -- mysql -u root -pwrong -e 'show databases'")
    assert "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)" in refused.stderr
    shown = ask(cluster, "mysql -- mysql -u root -proot", "create database ghost_db;\nshow databases;\n")
    assert shown.split() == ["Database", "ghost_db", "information_schema", "mysql", "performance_schema", "sys"]
    cluster.tick("60s")
    posted = ask(cluster, "ghost -- curl -s -d Hello http://localhost:2368/ghost/api/posts")
    assert posted == '{"posts":["Hello"]}\n'
    cluster.kubectl("delete pod mysql")
    cluster.kubectl("apply -f -", stdin=GHOST)
    cluster.tick("10s")
    assert "<h2>Hello</h2>" in ask(cluster, "ghost -- curl -s http://localhost:2368/")


def test_parse_keeps_its_objects_in_mongo(mongo: Cluster) -> None:
    uri = "mongodb://mongo-0.mongo:27017,mongo-1.mongo:27017/dev?replicaSet=rs0"
    arguments = "--appId my-app --masterKey key --databaseURI $DATABASE_URI"
    mongo.kubectl(f"run parse --image=akiicat/parse-server --env=DATABASE_URI={uri} -- {arguments}")
    mongo.tick("5s")
    url = "http://localhost:1337/parse/classes/Score"
    made = ask(mongo, f"parse -- curl -s -H 'X-Parse-Application-Id: my-app' -d '{{\"score\":1}}' {url}")
    assert '"objectId"' in made
    assert '"score":1' in ask(mongo, f"parse -- curl -s -H 'X-Parse-Application-Id: my-app' {url}")
    assert ask(mongo, f"parse -- curl -s {url}") == '{"error":"unauthorized"}\n'
