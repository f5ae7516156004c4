# Runs the script of a kit under Windows PowerShell 5.1 against the stand-in of the REST interface, which scripts/check-kit cannot do.
# It adds a certificate to the trusted ones of this machine, which it leaves: run it on a machine that is thrown away. Needs
# administrative rights, Python, and openssl.
[CmdletBinding()]
param([string] $Python = 'python', [string] $OpenSsl = 'openssl')
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

$root = Split-Path $PSScriptRoot
$work = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid().ToString())
New-Item -ItemType Directory $work | Out-Null
Copy-Item (Join-Path $root 'src\kit\rest.ps1') $work
$base = 'https://localhost:8443/SecretServer'

function Confirm-That([bool] $Holds, [string] $Otherwise) {
    if (-not $Holds) { throw "check-kit: $Otherwise" }
}

function New-Hidden([string] $Text) {
    $hidden = New-Object System.Security.SecureString
    foreach ($char in $Text.ToCharArray()) { $hidden.AppendChar($char) }
    return , $hidden
}

# What a person types, in order. A function of this name comes before the command.
$global:Typed = New-Object System.Collections.Queue
function global:Read-Host([string] $Prompt, [switch] $AsSecureString) {
    if ($global:Typed.Count -eq 0) { throw "check-kit: nobody types an answer to: $Prompt" }
    $answer = $global:Typed.Dequeue()
    if ($AsSecureString -ne ($answer -is [System.Security.SecureString])) { throw "check-kit: not the answer to: $Prompt" }
    return $answer
}
function global:Get-Credential([string] $Message) {
    return New-Object System.Management.Automation.PSCredential('support', (New-Hidden 'a made password'))
}

function Invoke-Kit([object[]] $Answers) {
    foreach ($answer in $Answers) { $global:Typed.Enqueue($answer) }
    Get-ChildItem $work -Filter '*.zip' | Remove-Item
    & (Join-Path $work 'rest.ps1')
    Confirm-That ($global:Typed.Count -eq 0) 'the script did not ask everything'
    $zip = @(Get-ChildItem $work -Filter 'clusterbrief-answers-*.zip')
    Confirm-That ($zip.Count -eq 1) 'there is not one zip'
    Confirm-That (-not (Test-Path ($zip[0].FullName -replace '\.zip$', ''))) 'the folder of the answers is still there'
    return $zip[0].FullName
}

$pem = Join-Path $work 'stand-in.pem'
$key = Join-Path $work 'stand-in.key'
# What openssl prints to its second output is no error.
$ErrorActionPreference = 'Continue'
& $OpenSsl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=localhost' -addext 'subjectAltName=DNS:localhost' -keyout $key -out $pem 2>$null
$made = $LASTEXITCODE
$ErrorActionPreference = 'Stop'
Confirm-That ($made -eq 0) 'openssl made no certificate'
Import-Certificate -FilePath $pem -CertStoreLocation Cert:\LocalMachine\Root | Out-Null

$standIn = Join-Path $root 'scripts\kit_stand_in.py'
$listening = Join-Path $work 'listening.txt'
$server = Start-Process $Python -PassThru -NoNewWindow -RedirectStandardOutput $listening `
    -ArgumentList $standIn, 'serve', '--port', '8443', '--certificate', $pem, '--key', $key
try {
    for ($wait = 0; $wait -lt 60 -and -not (Get-Content $listening -ErrorAction SilentlyContinue); $wait++) {
        Start-Sleep -Milliseconds 500
    }

    # Windows sign-in is not offered, the token expires, and name, password and code sign in again.
    $zip = Invoke-Kit @($base, 'y', $base, '', (New-Hidden 'made-token-that-expires'), 'n', (New-Hidden ''), (New-Hidden '123456'))
    & $Python $standIn check $zip
    Confirm-That ($LASTEXITCODE -eq 0) 'the answers are not those of the stand-in'

    # The name of the certificate does not fit the node's own address: that part is refused, and the run goes on.
    $zip = Invoke-Kit @($base, 'n', 'https://127.0.0.1:8443/SecretServer', 'n', (New-Hidden 'made-token'))
    Expand-Archive $zip (Join-Path $work 'second')
    $record = Get-Content (Join-Path $work 'second\answers.json') -Raw -Encoding UTF8 | ConvertFrom-Json
    Confirm-That ($record.finished -and @($record.parts).Count -eq 1) 'the second run is not whole'
    Confirm-That ($record.parts[0].status -eq 'refused' -and $record.parts[0].reason -like 'the certificate*') `
        "the wrong name of a certificate was not refused: $($record.parts[0].reason)"
}
finally {
    Stop-Process -Id $server.Id -ErrorAction SilentlyContinue
    Remove-Item $work -Recurse -ErrorAction SilentlyContinue
}
Write-Host 'check-kit: the script does on this Windows what it says'
