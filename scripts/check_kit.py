"""Holds the scripts and queries of a kit against what docs/kit.md and the public tables allow. See scripts/check-kit."""

import pathlib
import re
import sys

import sqlglot
import tree_sitter
import tree_sitter_powershell
from sqlglot import exp

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPTS = ("src/kit/rest.ps1", "src/kit/rabbitmq.ps1")
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
# Whatever turns checks of certificates off, in any spelling of Windows PowerShell and .NET, and what runs text.
FORBIDDEN = (
    "certificatevalidation", "certificatepolicy", "skipcertificatecheck", "trustall", "servercertificate", "checkcertificaterevocation",
    "invoke-expression", "add-type", "reflection", "frombase64", "downloadstring", "start-process", "allowunencrypted", "http://",
    "set-content", "out-file", "add-content", "export-clixml", "start-transcript", "add-history", "convertfrom-securestring",
    "securestringtobstr", "ssl3",
)  # fmt: skip
# Nodes of the grammar and texts that only version 7 has.
NEW_OPERATORS = {"??", "??=", "?.", "?[", "&&", "||", "?"}
NEW_NODES = {"ternary_expression", "ternary_argument_expression", "clean_block", "pipeline_chain_tail"}
# Members that are called on values of the allowed types.
MEMBERS = {
    "add", "toarray", "touniversaltime", "tostring", "trim", "trimend", "contains", "endswith", "tolowerinvariant", "getstring",
    "getnetworkcredential", "writealltext", "readalltext",
}  # fmt: skip


def allowed():
    page = (ROOT / "docs/kit.md").read_text(encoding="utf-8")
    block = page.split("<!-- read by scripts/check-kit -->")[1].split("<!-- end -->")[0]
    rows = [re.findall(r"`([^`]+)`", line) for line in block.splitlines() if line.startswith("| ") and "`" in line]
    # The last row begins with the name of the command that it is of.
    commands, types, parameters = rows
    return set(commands), set(types), set(parameters[1:])


def faults_of(source, names):
    """What is wrong with a script, a sentence each."""
    commands, types, parameters = names
    data = source.encode()
    tree = PARSER.parse(data)
    faults = []
    functions = {name.lower() for name in re.findall(r"(?mi)^function\s+([\w-]+)", source)}
    known = {name.lower() for name in commands} | functions
    known_types = {name.lower() for name in types}

    def text(node):
        return data[node.start_byte : node.end_byte].decode()

    def fault(node, what):
        faults.append(f"line {node.start_point[0] + 1}: {what}")

    def visit(node):
        kind = node.type
        if kind == "ERROR" or node.is_missing:
            fault(node, f"is no PowerShell: {text(node)[:40]!r}")
            return
        if kind == "command_name" and text(node).lower() not in known:
            fault(node, f"the command {text(node)} is not in the list of docs/kit.md")
        if kind == "command_name_expr" and not any(child.type == "command_name" for child in node.children):
            fault(node, f"a command whose name is not written out: {text(node)[:40]!r}")
        if kind == "command":
            parts = [text(child).lower() for child in node.children]
            if any(part == "." for part in parts[:1]):
                fault(node, "another script is run in this one")
            if text(node).lower().startswith("new-object"):
                made = text(node).split()[1].split("(")[0].strip("'\"").lower()
                if made not in known_types:
                    fault(node, f"the type {made} is not in the list of docs/kit.md")
            if text(node).lower().startswith("invoke-webrequest") and text(node) != "Invoke-WebRequest @call":
                fault(node, "a request that is not made of $call, whose entries are held against the list")
        if kind == "type_spec" and text(node).lower() not in known_types:
            fault(node, f"the type {text(node)} is not in the list of docs/kit.md")
        if kind == "command_parameter" and text(node).lower() == "-parallel":
            fault(node, "-Parallel is of version 7")
        if kind in NEW_NODES or (not node.is_named and kind in NEW_OPERATORS):
            fault(node, f"{kind} is of version 7")
        if kind == "invokation_expression":
            member = next((text(child) for child in node.children if child.type == "member_name"), "")
            if member.lower() not in MEMBERS:
                fault(node, f"the method {member or 'with a name that is not written out'} is not in the list")
        if kind == "pipeline_chain" and any(text(child) in ("&&", "||") for child in node.children):
            fault(node, "&& and || are of version 7")
        for child in node.children:
            visit(child)

    visit(tree.root_node)
    # What the grammar may not know is looked for in the text without its comments and quoted texts.
    code = re.sub(r"(?m)#.*$", "", re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", source))
    for pattern, what in ((r"\?\?|\?\.|\?\[", "a null operator"), (r"&&|\|\|", "a chain"), (r"\)\s*\?\s", "a ternary"), (r"(?i)\bclean\s*\{", "a clean block")):
        if re.search(pattern, code):
            faults.append(f"{what} of version 7")
    small = re.sub(r"(?m)^\s*#.*$", "", source).lower()
    faults += [f"{word} must not be in it" for word in FORBIDDEN if word in small]
    # Every request is made of a table named $call, so that its entries can be listed.
    entries = re.findall(r"(?m)\$call\.(\w+)", source)
    for table in re.findall(r"\$call = @\{(.*?)\}", source):
        entries += re.findall(r"(\w+)\s*=", table)
    faults += [f"the parameter {name} of Invoke-WebRequest is not in the list" for name in entries if name not in parameters]
    methods = re.findall(r"Method\s*=\s*'(\w+)'", source)
    if "Invoke-WebRequest" in source and (set(methods) != {"Get", "Post"} or methods.count("Post") != 1):
        faults.append("a request must be GET; the one POST is the sign-in")
    if "Post" in methods and "'/oauth2/token'" not in source:
        faults.append("the one POST must be the sign-in")
    return faults


# Scripts that must be refused, each with a word of the fault. They prove that the check can fail.
BAD = (
    ("Get-Process", "get-process"),
    ("$x = [System.Net.WebClient]::new()", "webclient"),
    ("New-Object System.Net.WebClient", "webclient"),
    ("[System.Net.ServicePointManager]::ServerCertificateValidationCallback = { $true }", "certificatevalidation"),
    ("$call = @{ SkipCertificateCheck = $true }", "skipcertificatecheck"),
    ("$a = $b ?? 1", "version 7"),
    ("$a = $b?.c", "version 7"),
    ("$a = ($b -eq 1) ? 2 : 3", "version 7"),
    ("Write-Host 1 && Write-Host 2", "version 7"),
    ("Write-Host 1 || Write-Host 2", "version 7"),
    ("1 | ForEach-Object -Parallel { 1 }", "version 7"),
    ("function a { clean { 1 } }", "version 7"),
    ("& $name 1", "not written out"),
    (". ./other.ps1", "script"),
    ("Invoke-Expression 'x'", "invoke-expression"),
    ("Invoke-WebRequest -Uri 'https://example.com' -Method Delete", "request"),
    ("$call = @{ Method = 'Put' }\nInvoke-WebRequest @call", "get"),
    ("$call = @{ Method = 'Get' }\n$call.Proxy = 'x'", "proxy"),
    ("$x.Delete()", "method"),
    ("Read-Host 'x' | Out-File 'token.txt'", "out-file"),
    ("if (", "powershell"),
)


def self_test(names):
    faults = []
    for source, word in BAD:
        found = " ".join(faults_of(source, names)).lower()
        if word not in found:
            faults.append(f"this was not refused for {word}: {source!r} ({found or 'nothing was found'})")
    good = "$call = @{ Method = 'Get' }\nWrite-Host ('x' + $call.Uri) # ?? && in a comment\n"
    faults += [f"this was refused: {good!r}: {fault}" for fault in faults_of(good, names)]
    return faults


def public_tables():
    """The tables and views that a query may name: those of the product as src/knowledge/sql.rs lists them, and SQL Server's own."""
    text = (ROOT / "src/knowledge/sql.rs").read_text(encoding="utf-8")
    block = text.split("let documented = [")[1].split("];")[0]
    own = {name.lower() for name in re.findall(r'"((?:tb|QRTZ_)\w+)"', block)}
    system = {
        "sys.databases", "sys.database_mirroring", "sys.master_files", "sys.dm_os_volume_stats", "sys.dm_db_log_space_usage",
        "sys.dm_hadr_availability_replica_states", "msdb.dbo.backupset",
    }  # fmt: skip
    return own | system


def sql_faults():
    faults, known = [], public_tables()
    for path in sorted((ROOT / "src/knowledge/sql").glob("*.sql")):
        try:
            statements = [one for one in sqlglot.parse(path.read_text(encoding="utf-8"), dialect="tsql") if one]
        except sqlglot.errors.ParseError as error:
            faults.append(f"{path.name} is no T-SQL: {str(error).splitlines()[0]}")
            continue
        if len(statements) != 1 or not isinstance(statements[0], (exp.Select, exp.Union)):
            faults.append(f"{path.name} is not one SELECT")
        for statement in statements:
            faults += [f"{path.name} has {node.key}" for node in statement.find_all(exp.DML, exp.DDL, exp.Command) if not isinstance(node, (exp.Select, exp.Union, exp.Subquery))]
            common = {cte.alias.lower() for cte in statement.find_all(exp.CTE)}
            for table in statement.find_all(exp.Table):
                name = ".".join(part for part in (table.catalog, table.db, table.name) if part).lower()
                if table.name and name not in known | common:
                    faults.append(f"{path.name} names {name}, which is no public table or view")
    return faults


def main():
    names = allowed()
    faults = self_test(names)
    for path in SCRIPTS:
        faults += [f"{path}: {fault}" for fault in faults_of((ROOT / path).read_text(encoding="utf-8"), names)]
    faults += sql_faults()
    if faults:
        sys.exit("\n".join(f"check-kit: {fault}" for fault in faults))


main()
