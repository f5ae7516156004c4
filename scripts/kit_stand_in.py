#!/usr/bin/env python3
"""A stand-in of the product's REST interface, to try src/kit/rest.ps1 and to record answers for the tests.

    kit_stand_in.py serve --port 8443 --certificate FILE --key FILE   until it is ended: for Windows PowerShell 5.1
    kit_stand_in.py record FOLDER        what the script would write on three nodes, asked over the loopback
    kit_stand_in.py check ZIP            whether a zip that the script wrote is what this stand-in gave

It serves on the loopback only. It gives lists page by page, lets a sign-in expire once, refuses what a node should refuse, and
has German texts and planted secrets in its answers. Its answers are those of the made case healthy-3-node.
"""

import argparse
import http.server
import json
import os
import pathlib
import re
import ssl
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "src/kit/rest.ps1"
DATA = ROOT / "src/demo/data"
NODES = ("WEB01", "WEB02", "WEB03")
BUILD = "12.3.000001"
# The clock of the made case: nothing here reads another one.
DATE = "Fri, 20 Nov 2026 09:06:00 GMT"
CONNECTED = "2026-11-20T09:05:10Z"
TOKEN, EXPIRED = "made-token", "made-token-that-expires"
SECRET = "Planted!in-the-stand-in"
PAGE = 2


def load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def answers(node):
    """The bodies by path, as the node gives them."""
    product = load("product.json")
    diagnostics = load("diagnostics.json")
    diagnostics.update(
        serverName=node,
        productVersion=BUILD,
        serverTime="2026-11-20T10:06:00.0000000+01:00",
        serverTimeZone="(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien",
        sqlServerTime="2026-11-20T10:06:00.0000000+01:00",
        netFxVersion="4.8.1.533320",
        searchIndexerThreadStatus="Läuft",
        sqlServerConnectionString=f"Data Source=SQL01;User ID=svc_ss;Password={SECRET}",
    )
    rows = [
        {
            "nodeId": number, "machineName": name, "binaryVersion": BUILD, "database": "SQL01\\SecretServer", "inCluster": True,
            "isCurrentNode": name == node, "lastConnected": CONNECTED, "enableBackgroundWorker": True, "enableEngineWorker": True,
            "enableSessionRecordingWorker": True, "backgroundWorkerError": None, "engineWorkerError": None,
            "sessionRecordingWorkerError": None, "errorMessage": None, "readonlyModeEnabled": False, "readonlyModeStatus": "Aus",
            "logLevel": "INFO",
        }
        for number, name in enumerate(NODES, 1)
    ]  # fmt: skip
    processes = [
        {"applicationName": "SecretServer", "hostname": name, "identityName": "CORP\\svc_ss", "threadName": "Hintergrund"}
        for name in NODES
    ]
    backup = dict(product["backup"], smtpPassword=SECRET)
    return {
        "/api/v1/nodes": rows,
        "/api/v1/diagnostics": diagnostics,
        "/api/v1/diagnostics/background-processes": processes,
        "/api/v1/configuration/backup": backup,
        "/api/v2/configuration/backup-logs": product["backupLogs"]["records"],
        "/api/v1/configuration/security": product["security"],
        "/api/v1/configuration/general": product["general"],
        "/api/v1/configuration/unlimited-admin": product["unlimitedAdmin"],
        "/api/v1/distributed-engine/configuration": product["engineConfiguration"],
        "/api/v1/distributed-engine/sites": product["sites"]["records"],
        "/api/v1/distributed-engine/engines": product["engines"]["records"],
        "/api/v1/distributed-engine/site-connectors": product["siteConnectors"]["records"],
        "/api/v1/version": {"model": {"version": BUILD}},
    }


# Lists that the product gives page by page; the others come bare.
PAGED = ("backup-logs", "sites", "engines", "site-connectors")
FORBIDDEN = {"Message": "Der Zugriff wurde verweigert. Wenden Sie sich an Ihren Administrator."}
UNSIGNED = {"message": "Die Anmeldung ist abgelaufen."}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers for one node. `refuse` has the paths that it refuses."""

    node, refuse, asked = "WEB01", (), 0

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return DATE

    def send(self, status, body, kind="application/json; charset=utf-8"):
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if urllib.parse.urlsplit(self.path).path != "/SecretServer/oauth2/token":
            self.send(405, {"message": "Nur GET ist erlaubt."})
        elif form.get("username") == ["support"] and self.headers.get("OTP") == "123456":
            self.send(200, {"access_token": TOKEN, "token_type": "bearer", "expires_in": 1199})
        else:
            self.send(400, {"error": "Der Benutzername oder das Kennwort ist falsch."})

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        path = address.path.removeprefix("/SecretServer")
        if path == address.path or path.startswith("/winauthwebservices"):
            self.send(404, b"<html><title>404 - Nicht gefunden</title></html>", "text/html")
            return
        kind = type(self)
        signed = self.headers.get("Authorization")
        # The first token is good for three answers.
        kind.asked += signed == f"Bearer {EXPIRED}"
        if signed != f"Bearer {TOKEN}" and (signed != f"Bearer {EXPIRED}" or kind.asked > 3):
            self.send(401, UNSIGNED)
        elif path in self.refuse:
            self.send(403, FORBIDDEN)
        elif path not in (bodies := answers(self.node)):
            self.send(404, {"message": "Nicht gefunden"})
        elif path.endswith(PAGED):
            records, query = bodies[path], urllib.parse.parse_qs(address.query)
            skip = int(query.get("skip", ["0"])[0])
            page = records[skip : skip + PAGE]
            more = skip + len(page) < len(records)
            self.send(200, {"records": page, "skip": skip, "take": PAGE, "total": len(records), "hasNext": more})
        else:
            self.send(200, bodies[path])


def server(node, refuse=(), port=0):
    made = http.server.ThreadingHTTPServer(("127.0.0.1", port), type("Node", (Handler,), {"node": node, "refuse": refuse}))
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return made


def listed(text, name):
    """The texts of a list of the script."""
    block = re.search(rf"\${name} = @\((.*?)\n?\)", text, re.S).group(1)
    return re.findall(r"'([^']*)'", block)


class Client:
    """Does what the script does, with the list and the words of the script itself."""

    def __init__(self, node, folder, base, own):
        self.text = SCRIPT.read_text(encoding="utf-8")
        self.ask = [line.split(" ") for line in listed(self.text, "Ask")]
        self.words, self.ends = listed(self.text, "SecretWords"), listed(self.text, "SecretEnds")
        self.cut = re.search(r"\$Cut = '(.*)'", self.text).group(1)
        self.pattern = re.compile(re.search(r"\$SecretText = '(.*)'", self.text).group(1))
        self.node, self.folder, self.base, self.own = node, folder, base, own
        self.token, self.parts = EXPIRED, []

    def clean(self, value):
        if isinstance(value, str):
            return self.pattern.sub(rf"\1={self.cut}", value)
        if isinstance(value, list):
            return [self.clean(item) for item in value]
        if isinstance(value, dict):
            return {key: self.cut if self.secret(key, inner) else self.clean(inner) for key, inner in value.items()}
        return value

    def secret(self, key, value):
        small = re.sub("[^a-z0-9]", "", key.lower())
        named = any(word in small for word in self.words) or small.endswith(tuple(self.ends))
        return named and value is not None and not isinstance(value, bool)

    def get(self, base, path):
        request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers["Date"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, "", ""

    def save(self, name, base, path):
        skip, query, page = 0, "", 0
        while True:
            page += 1
            status, date, text = self.get(base, path + query)
            if status == 401:
                self.token = TOKEN
                status, date, text = self.get(base, path + query)
            if status != 200:
                return "refused", {403: "this account may not read it", 404: "this build of the product does not have it"}[status]
            body = json.loads(text)
            head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: application/json\r\n\r\n"
            shown = json.dumps(self.clean(body), ensure_ascii=False, indent=4)
            (self.folder / f"{name}-{page}.txt").write_bytes((head + shown + "\r\n").encode())
            if not (isinstance(body, dict) and body.get("hasNext") is True):
                return "done", ""
            skip += len(body["records"])
            query = f"?skip={skip}&take={len(body['records'])}"

    def run(self, first, stop_after=None):
        self.folder.mkdir(parents=True)
        wanted = [line for line in self.ask if first or line[0] == "node"]
        self.parts = [{"part": name, "path": path, "status": "not-tried", "reason": ""} for _, name, path in wanted]
        for number, (once, name, path) in enumerate(wanted):
            if stop_after is not None and number >= stop_after:
                break
            base = self.own if once == "node" else self.base
            self.parts[number]["status"], self.parts[number]["reason"] = self.save(name, base, path)
        record = {
            "schema": "clusterbrief-answers/1.0", "made": "clusterbrief", "script": "rest", "node": self.node,
            "time": "2026-11-20T09:06:00Z", "address": "https://vault.example.com/SecretServer",
            "node-address": f"https://{self.node}/SecretServer", "finished": stop_after is None, "parts": self.parts,
        }  # fmt: skip
        (self.folder / "answers.json").write_text(json.dumps(record, indent=4) + "\n", encoding="utf-8")


def record(folder):
    """The answers of three nodes, and of a run that was stopped and of one that was refused."""
    for node in NODES:
        made = server(node)
        base = f"http://127.0.0.1:{made.server_port}/SecretServer"
        Client(node, folder / "whole" / f"clusterbrief-answers-{node}", base, base).run(node == NODES[0])
        if node == NODES[0]:
            Client(node, folder / "stopped" / f"clusterbrief-answers-{node}", base, base).run(True, stop_after=4)
        made.shutdown()
    made = server("WEB02", refuse=("/api/v1/diagnostics", "/api/v1/configuration/security"))
    base = f"http://127.0.0.1:{made.server_port}/SecretServer"
    Client("WEB02", folder / "refused" / "clusterbrief-answers-WEB02", base, base).run(True)
    made.shutdown()


def check(path):
    """Holds a zip of the script against what this stand-in gives."""
    with zipfile.ZipFile(path) as zipped:
        files = {name: zipped.read(name).decode("utf-8-sig") for name in zipped.namelist()}
    found = json.loads(files["answers.json"])
    faults = [f"{part['part']}: {part['status']} {part['reason']}" for part in found["parts"] if part["status"] != "done"]
    if not found["finished"]:
        faults.append("the run did not come to its end")
    for name, text in files.items():
        if SECRET in text or TOKEN in text:
            faults.append(f"{name} holds a secret")
    bodies = answers(os.environ.get("KIT_NODE", "WEB01"))
    for part in found["parts"]:
        pages = sorted(name for name in files if re.fullmatch(rf"{part['part']}-[0-9]+\.txt", name))
        heads = [files[name].split("\r\n\r\n", 1) for name in pages]
        if not heads or not all(DATE in head for head, _ in heads):
            faults.append(f"{part['part']}: no answer, or no date in it")
            continue
        documents = [json.loads(body) for _, body in heads]
        whole = bodies[part["path"]]
        if part["path"].endswith(PAGED):
            given = [record for document in documents for record in document["records"]]
            if len(given) != len(whole):
                faults.append(f"{part['part']}: {len(given)} records of {len(whole)}")
        elif "Läuft" in json.dumps(whole, ensure_ascii=False) and "Läuft" not in json.dumps(documents, ensure_ascii=False):
            faults.append(f"{part['part']}: an umlaut is not what it was")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve")
    serve.add_argument("--port", type=int, default=8443)
    serve.add_argument("--certificate", required=True)
    serve.add_argument("--key", required=True)
    verbs.add_parser("record").add_argument("folder", type=pathlib.Path)
    verbs.add_parser("check").add_argument("zip")
    args = parser.parse_args()
    if args.verb == "record":
        record(args.folder)
    elif args.verb == "check":
        faults = check(args.zip)
        print("\n".join(faults) or f"{args.zip}: as it was given")
        sys.exit(bool(faults))
    else:
        made = http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.certificate, args.key)
        made.socket = context.wrap_socket(made.socket, server_side=True)
        print(f"listening on 127.0.0.1:{args.port}", flush=True)
        made.serve_forever()


if __name__ == "__main__":
    main()
