"""Makes the foreign files of scripts/check-kinds, and checks what the report says of them.

kinds.py make WORK CASE: makes one file of each kind in WORK, and four of each in CASE.
kinds.py check REPORT: fails unless enough kinds are called by their name and none is accused.
"""

import email.message
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import wave
import zipfile

RANDOM = random.Random(7)
TEXT = "The application pool was stopped at nine, and started again by hand. "


def noise(size):
    return RANDOM.randbytes(size)


def run(*command, stdin=None):
    subprocess.run(command, check=True, input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            # Office programs store the type, so that it can be read without unpacking.
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def compound(*names):
    """The head of a compound file, with the names of its parts."""
    parts = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + parts + noise(600)


def mail():
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@corp.example", "b@corp.example", "logs"
    message["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
    message.set_content(TEXT * 4)
    message.add_attachment(noise(300), maintype="application", subtype="octet-stream", filename="x.bin")
    return bytes(message)


def sound():
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(noise(800))
    return out.getvalue()


def by_programs(work):
    """Kinds whose files other programs make: extension, what their name must match, the command."""
    at = lambda name: os.path.join(work, name)
    with open(at("text.txt"), "w") as file:
        file.write(TEXT * 100)
    text = at("text.txt")
    key = at("key")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", at("a.crt"))
    run("openssl", "rsa", "-in", key, "-pubout", "-out", at("a.pub"))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at("ssh"))
    picture = ["convert", "-size", "60x40", "plasma:"]
    home = at("gnupg")
    os.mkdir(home, 0o700)
    rows = [(end, name, picture + [at("made." + end)]) for end, name in [
        ("png", "PNG"), ("jpg", "JPEG"), ("gif", "GIF"), ("bmp", "BMP"), ("tiff", "TIFF"), ("webp", "WebP"),
        ("ico", "icon"), ("psd", "Photoshop"),
    ]]
    rows += [
        ("7z", "7z", ["7z", "a", "-bd", at("made.7z"), text]),
        ("xz", "xz", ["sh", "-c", f"xz -c {text} > {at('made.xz')}"]),
        ("bz2", "bzip2", ["sh", "-c", f"bzip2 -c {text} > {at('made.bz2')}"]),
        ("zst", "zstd", ["sh", "-c", f"zstd -qc {text} > {at('made.zst')}"]),
        ("lz4", "lz4", ["sh", "-c", f"lz4 -qc {text} > {at('made.lz4')}"]),
        ("cer", "certificate", ["openssl", "x509", "-in", at("a.crt"), "-outform", "DER", "-out", at("made.cer")]),
        ("csr", "request", ["openssl", "req", "-new", "-key", key, "-subj", "/CN=x", "-out", at("made.csr")]),
        ("enc", "OpenSSL", ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-pass", "pass:x", "-in", text, "-out", at("made.enc")]),
        ("pubkey", "public key", ["cp", at("a.pub"), at("made.pubkey")]),
        ("sshpub", "public key", ["cp", at("ssh.pub"), at("made.sshpub")]),
        ("gpg", "PGP", ["gpg", "--homedir", home, "--batch", "--passphrase", "x", "-o", at("made.gpg"), "-c", text]),
        ("sqlite", "SQLite", ["sqlite3", at("made.sqlite"), "create table t(a); insert into t values (1);"]),
    ]
    for end, name, command in rows:
        run(*command)
        path = at("made." + end)
        if not os.path.exists(path):
            # Of a picture with several sizes ImageMagick makes several files.
            path = at("made-0." + end)
        with open(path, "rb") as file:
            yield end, name, file.read()


def by_hand():
    """Kinds whose files are made here."""
    yield "pdf", "PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + noise(900)
    yield "ps", "PostScript", b"%!PS-Adobe-3.0\n%%Title: page\n" + TEXT.encode() * 8
    yield "docx", "Word", zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w:document/>")])
    yield "pptx", "PowerPoint", zipped([("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", "<p/>")])
    yield "odt", "OpenDocument|ODT", zipped([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<x/>")])
    yield "jar", "Java", zipped([("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"), ("A.class", noise(300))])
    yield "doc", "Word|office", compound("Root Entry", "WordDocument", "1Table")
    yield "msg", "mail", compound("Root Entry", "__nameid_version1.0", "__properties_version1.0")
    yield "eml", "mail", mail()
    yield "mbox", "mail", b"From a@corp.example Fri Nov 20 09:00:00 2026\n" + mail()
    yield "pst", "mail|Outlook", b"!BDN" + noise(900)
    yield "rar", "RAR", b"Rar!\x1a\x07\x01\0" + noise(900)
    yield "cab", "cabinet", b"MSCF\0\0\0\0" + struct.pack("<I", 900) + noise(900)
    yield "dmp", "memory|dump", b"MDMP\x93\xa7\0\0" + noise(900)
    yield "pcap", "network", b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(8) + noise(900)
    yield "woff2", "font", b"wOF2\0\x01\0\0" + noise(900)
    yield "wav", "sound", sound()
    yield "mp4", "film", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + noise(900)
    yield "rtf", "RTF", b"{\\rtf1\\ansi " + (TEXT * 8).encode() + b"}"
    yield "vhdx", "disk", b"vhdxfile" + noise(900)
    yield "exe", "program", b"MZ\x90\0" + bytes(56) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0\x64\x86" + noise(900)
    yield "ps1", "PowerShell|script", b"param([string]$Name)\nGet-Service -Name $Name | Where-Object { $_.Status -eq 'Stopped' }\nWrite-Host \"done\"\n"
    yield "sh", "script", b"#!/bin/sh\nset -e\nfor f in *.log; do\n  echo \"$f\"\ndone\n"
    yield "bat", "batch|script", b"@echo off\r\nrem restart\r\niisreset /restart\r\nif errorlevel 1 goto end\r\n:end\r\n"
    yield "svg", "picture", b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>\n"
    yield "yaml", "YAML", b"version: 2\nservices:\n  web:\n    image: nginx\n    ports:\n      - 80\n"
    yield "reg", "registry", b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\r\n\"a\"=dword:00000001\r\n"
    yield "html", "sign", b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form><input type=\"password\" name=\"p\"></form></body></html>\n"
    yield "har", "HAR", json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [], "entries": []}}).encode()
    yield "md", "Markdown|text", ("# Notes\n\n* one\n* two\n\n" + TEXT * 5 + "\n").encode()


def make(work, case):
    kinds = list(by_programs(work)) + list(by_hand())
    if len(kinds) != 50:
        sys.exit(f"{len(kinds)} kinds instead of 50")
    for end, _, content in kinds:
        # With its name, with another, without an extension, and as nobody would call it.
        for number, name in enumerate([f"a-{end}.{end}", f"b-{end}.dat", f"c-{end}", f"d-{end}.txt.{end}_"]):
            with open(os.path.join(case, name), "wb") as file:
                # The same bytes again would count once.
                file.write(content + b"\n" * number)
    with open(os.path.join(work, "..", "kinds.json"), "w") as file:
        json.dump([(end, name) for end, name, _ in kinds], file)
    shutil.rmtree(work)


def check(report):
    with open(os.path.join(os.path.dirname(report), "kinds.json")) as file:
        kinds = json.load(file)
    with open(report) as file:
        inputs = {one["name"]: one for one in json.load(file)["inputs"]}
    accusing = {"key-material", "may-be-key-material", "secret", "do-not-send"}
    named, failed = 0, False
    for end, name in kinds:
        of = [one for path, one in inputs.items() if re.fullmatch(rf"[a-d]-{re.escape(end)}(\..*)?", path)]
        said = [f"{one['reason']} {one['holds']}" for one in of]
        if len(of) == 4 and all(re.search(name, text) for text in said):
            named += 1
        else:
            print(f"not named: {end}: {said}", file=sys.stderr)
        for one in of:
            for problem in one["problems"]:
                if problem["kind"] in accusing or "key file" in problem["text"]:
                    print(f"accused: {one['name']}: {problem['text']}", file=sys.stderr)
                    failed = True
    print(f"{named} of {len(kinds)} kinds are called by their name", file=sys.stderr)
    if failed or named < 46:
        sys.exit(1)


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
