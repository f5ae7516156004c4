#Requires -Version 5.1
# Asks the REST interface of Secret Server what the support needs, and writes one zip beside this script.
# It only reads: GET, from list 1 below. The one thing that it sends otherwise is the sign-in.
# Nothing runs in the background, nothing is installed, and only the address that you type is asked.
# Read it before you run it: that is why it is one plain file. Run it in Windows PowerShell 5.1:
#   powershell -NoProfile -ExecutionPolicy Bypass -File rest.ps1

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
# Its bar makes Invoke-WebRequest slow.
$ProgressPreference = 'SilentlyContinue'
$Script = 'rest'
$MadeBy = 'clusterbrief'

# -- 1. What is asked, and nothing else: when, name of the answer, path below the address.
# begin of the list
$Ask = @(
    'once nodes /api/v1/nodes'
    'once background-processes /api/v1/diagnostics/background-processes'
    'once backup-configuration /api/v1/configuration/backup'
    'once backup-logs /api/v2/configuration/backup-logs'
    'node diagnostics /api/v1/diagnostics'
    'once engine-configuration /api/v1/distributed-engine/configuration'
    'once engine-sites /api/v1/distributed-engine/sites'
    'once engines /api/v1/distributed-engine/engines'
    'once security /api/v1/configuration/security'
    'once settings /api/v1/configuration/general'
    'once site-connectors /api/v1/distributed-engine/site-connectors'
    'once unlimited-admin /api/v1/configuration/unlimited-admin'
    'once version /api/v1/version'
)
# end of the list

# -- 2. What is cut out of every answer before it is written: the value of each field whose name, in small letters and
# without signs, contains one of the first words or ends with one of the second. Texts like "Password=..." are cut, too.
# begin of the secrets
$SecretWords = @(
    'password', 'passwd', 'pwd', 'passphrase', 'passcode', 'token', 'credential', 'connectionstring', 'cookie',
    'apikey', 'privatekey', 'symmetrickey', 'certificatedata', 'hash', 'salt', 'proxyconfiguration'
)
$SecretEnds = @('secret', 'key', 'pin')
# end of the secrets
$SecretText = '(?i)(password|passwd|pwd|secret|token|api[-_ ]?key|user id|uid)\s*=\s*("[^"]*"|[^;,&\s]+)'
$Cut = '(cut before it was written)'

# -- 3. Where the answers are collected.
$Plain = [System.Globalization.CultureInfo]::InvariantCulture
$Utf8 = New-Object System.Text.UTF8Encoding($false)
$Node = $env:COMPUTERNAME
$Started = (Get-Date).ToUniversalTime()
$Stamp = $Started.ToString('yyyyMMdd-HHmmss', $Plain)
$Folder = Join-Path $PSScriptRoot ('clusterbrief-answers-' + $Node + '-' + $Stamp)
$Zip = $Folder + '.zip'
$Parts = New-Object System.Collections.ArrayList
$Finished = $false
$Address = ''
$Own = ''
$SignIn = 'none'
$Token = $null

function Write-Record {
    $record = [ordered]@{
        schema = 'clusterbrief-answers/1.0'
        made = $MadeBy
        script = $Script
        node = $Node
        time = $Started.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $Plain)
        address = $Address
        'node-address' = $Own
        finished = $Finished
        parts = @($Parts.ToArray())
    }
    $text = ConvertTo-Json -InputObject $record -Depth 4
    [System.IO.File]::WriteAllText((Join-Path $Folder 'answers.json'), $text, $Utf8)
}

function Set-Part([string]$name, [string]$path, [string]$status, [string]$reason) {
    foreach ($part in $Parts) {
        if ($part.part -eq $name) {
            $part.status = $status
            $part.reason = $reason
            Write-Record
            return
        }
    }
    [void]$Parts.Add([ordered]@{ part = $name; path = $path; status = $status; reason = $reason })
    Write-Record
}

function Read-Address([string]$question, [string]$default) {
    $form = '^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*$'
    while ($true) {
        $typed = (Read-Host $question).Trim()
        if ($typed -eq '') { $typed = $default }
        if ($typed -eq '-') { return '' }
        $typed = ($typed -replace '(?i)/(login\.aspx|app|dashboard\.aspx|api)(/.*)?$', '').TrimEnd('/')
        if ($typed -match $form) { return $typed }
        Write-Host 'Please type an address that begins with https://, such as https://vault.example.com/SecretServer'
    }
}

# The text behind a hidden prompt, for as long as a request takes.
function Get-Hidden($hidden) {
    $holder = New-Object System.Management.Automation.PSCredential('x', $hidden)
    return $holder.GetNetworkCredential().Password
}

# One GET. Gives the status, why there is no answer, the time of the server and the text.
function Get-Answer([string]$base, [string]$path) {
    $call = @{ Method = 'Get'; UseBasicParsing = $true; MaximumRedirection = 0; TimeoutSec = 60 }
    $call.Headers = @{ Accept = 'application/json' }
    if ($SignIn -eq 'windows') {
        $call.UseDefaultCredentials = $true
        $call.Uri = $base + '/winauthwebservices' + $path
    }
    else {
        $call.Uri = $base + $path
        if ($null -ne $Token) { $call.Headers.Authorization = 'Bearer ' + (Get-Hidden $Token) }
    }
    $answer = [ordered]@{ status = 0; reason = ''; date = ''; text = '' }
    try {
        $got = Invoke-WebRequest @call
        $answer.status = [int]$got.StatusCode
        $date = [string]$got.Headers['Date']
        if ($date -match '^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$') { $answer.date = $date }
        $answer.text = [System.Text.Encoding]::UTF8.GetString($got.RawContentStream.ToArray())
        if ($answer.status -ne 200) {
            $answer.reason = 'the server sent the question to another page, as it does to those who are not signed in'
        }
    }
    catch [System.Net.WebException] {
        $failed = $_.Exception
        if ($null -ne $failed.Response) { $answer.status = [int]$failed.Response.StatusCode }
        if ($answer.status -eq 401) { $answer.reason = 'the sign-in was refused, or it had expired' }
        elseif ($answer.status -eq 403) { $answer.reason = 'this account may not read it' }
        elseif ($answer.status -eq 404) { $answer.reason = 'this build of the product does not have it' }
        elseif ($answer.status -gt 0) { $answer.reason = 'the server answered with error ' + $answer.status }
        elseif ([string]$failed.Status -eq 'TrustFailure') {
            $answer.reason = 'the certificate is not trusted, or its name does not fit this address'
        }
        else { $answer.reason = 'no connection (' + $failed.Status + ')' }
    }
    catch {
        $answer.reason = 'the server sent the question to another page, or the answer could not be read'
    }
    return $answer
}

function Start-SignIn([string]$base) {
    $script:SignIn = 'none'
    $script:Token = $null
    $wanted = Read-Host 'Sign in with the Windows account that you are using now? [Y/n]'
    if ($wanted.Trim() -notmatch '^(?i)n') {
        $script:SignIn = 'windows'
        $probe = Get-Answer $base '/api/v1/version'
        if ($probe.status -eq 200 -or $probe.status -eq 403) { return $true }
        Write-Host ('This site does not offer that: ' + $probe.reason + '.')
        $script:SignIn = 'none'
    }
    Write-Host 'Paste an access token of the REST interface, or press Enter to sign in with name and password.'
    $pasted = Read-Host 'Token (what you paste is not shown)' -AsSecureString
    if ($pasted.Length -gt 0) {
        $script:SignIn = 'token'
        $script:Token = $pasted
        return $true
    }
    $account = Get-Credential -Message 'An account of Secret Server that may read its configuration and its nodes'
    if ($null -eq $account) { return $false }
    $code = Read-Host 'One-time code, or Enter if none is asked (it is not shown)' -AsSecureString
    $call = @{ Method = 'Post'; UseBasicParsing = $true; MaximumRedirection = 0; TimeoutSec = 60 }
    $call.Uri = $base + '/oauth2/token'
    if ($code.Length -gt 0) { $call.Headers = @{ OTP = (Get-Hidden $code) } }
    $call.Body = @{
        grant_type = 'password'
        username = $account.UserName
        password = (Get-Hidden $account.Password)
    }
    try {
        $signed = ConvertFrom-Json (Invoke-WebRequest @call).Content
        $script:Token = ConvertTo-SecureString -String $signed.access_token -AsPlainText -Force
        $script:SignIn = 'token'
        return $true
    }
    catch {
        Write-Host 'The sign-in was refused.'
        return $false
    }
    finally {
        $call = $null
        $signed = $null
    }
}

function Test-Secret([string]$name) {
    $small = $name.ToLowerInvariant() -replace '[^a-z0-9]', ''
    foreach ($word in $SecretWords) { if ($small.Contains($word)) { return $true } }
    foreach ($word in $SecretEnds) { if ($small.EndsWith($word)) { return $true } }
    return $false
}

# The same value without its secrets.
function Get-Clean($value) {
    if ($null -eq $value) { return $null }
    if ($value -is [string]) { return ($value -replace $SecretText, ('$1=' + $Cut)) }
    if ($value -is [System.Array]) {
        $list = New-Object System.Collections.ArrayList
        foreach ($item in $value) { [void]$list.Add((Get-Clean $item)) }
        return , $list.ToArray()
    }
    if ($value -is [System.Management.Automation.PSCustomObject]) {
        $clean = [ordered]@{}
        foreach ($field in $value.PSObject.Properties) {
            if ((Test-Secret $field.Name) -and $null -ne $field.Value -and $field.Value -isnot [bool]) {
                $clean[$field.Name] = $Cut
            }
            else { $clean[$field.Name] = Get-Clean $field.Value }
        }
        return $clean
    }
    return $value
}

function Get-Field($value, [string]$name) {
    if ($value -is [System.Management.Automation.PSCustomObject]) {
        foreach ($field in $value.PSObject.Properties) { if ($field.Name -eq $name) { return $field.Value } }
    }
    return $null
}

# Asks for one answer, all of its pages, and writes each page into a file of its own.
function Save-Answer([string]$name, [string]$base, [string]$path) {
    $most = 500
    $skip = 0
    $query = ''
    for ($page = 1; $page -le $most; $page++) {
        $answer = Get-Answer $base ($path + $query)
        if ($answer.status -eq 401) {
            Write-Host 'The sign-in has expired. Please sign in again.'
            if (Start-SignIn $Address) { $answer = Get-Answer $base ($path + $query) }
        }
        if ($answer.reason -ne '') {
            $after = ''
            if ($page -gt 1) { $after = ' (page ' + $page + '; the pages before it are here)' }
            Set-Part $name $path 'refused' ($answer.reason + $after)
            Write-Host ('  refused: ' + $name + ': ' + $answer.reason)
            return
        }
        try { $parsed = ConvertFrom-Json $answer.text }
        catch {
            Set-Part $name $path 'refused' 'the answer is no JSON, so it could not be searched for secrets and was not written'
            Write-Host ('  refused: ' + $name + ': the answer is no JSON')
            return
        }
        $body = ConvertTo-Json -InputObject (Get-Clean $parsed) -Depth 20
        $head = "HTTP/1.1 200 OK`r`n"
        if ($answer.date -ne '') { $head = $head + 'Date: ' + $answer.date + "`r`n" }
        $file = $name + '-' + $page + '.txt'
        $text = $head + "Content-Type: application/json`r`n`r`n" + $body + "`r`n"
        [System.IO.File]::WriteAllText((Join-Path $Folder $file), $text, $Utf8)
        if ((Get-Field $parsed 'hasNext') -ne $true) {
            Set-Part $name $path 'done' ''
            Write-Host ('  done:    ' + $name)
            return
        }
        $count = @(Get-Field $parsed 'records').Count
        if ($count -eq 0) { break }
        $skip = $skip + $count
        $query = '?skip=' + $skip + '&take=' + $count
    }
    Set-Part $name $path 'refused' 'the list did not come to an end; the pages before are here'
}

# -- 4. The run.
if ($PSVersionTable.PSVersion.Major -ne 5) {
    Write-Host 'Please run this script in Windows PowerShell 5.1 (powershell.exe), not in a newer one.'
    exit 2
}
[System.Net.ServicePointManager]::SecurityProtocol =
    [System.Net.ServicePointManager]::SecurityProtocol -bor [System.Net.SecurityProtocolType]::Tls12
Write-Host 'This asks Secret Server the following, and nothing else:'
foreach ($line in $Ask) { Write-Host ('  GET ' + ($line -split ' ')[2]) }
Write-Host 'Passwords, tokens, keys and connection strings are cut before anything is written. Ctrl-C stops it at any time.'
Write-Host ''
$Address = Read-Address 'Address of Secret Server, as in the browser (https://...)' ''
if ($Address -eq '') { exit 2 }
$path = $Address -replace '^https://[^/]+', ''
$first = (Read-Host 'Is this the first node that you run it on? [Y/n]').Trim() -notmatch '^(?i)n'
$guess = 'https://' + $Node + $path
Write-Host ('The diagnostics are of the node that answers. Address of this node itself: Enter for ' + $guess + ', or - to leave it out.')
$Own = Read-Address 'Address of this node' $guess
[void](New-Item -ItemType Directory -Path $Folder)
try {
    # Everything is "not tried" until it was.
    foreach ($line in $Ask) {
        $once, $name, $below = $line -split ' '
        if ($once -eq 'node' -or $first) { Set-Part $name $below 'not-tried' '' }
    }
    if (Start-SignIn $Address) {
        foreach ($line in $Ask) {
            $once, $name, $below = $line -split ' '
            if ($once -eq 'once' -and $first) { Save-Answer $name $Address $below }
            elseif ($once -eq 'node' -and $Own -eq '') { Set-Part $name $below 'refused' 'it was left out' }
            elseif ($once -eq 'node') { Save-Answer $name $Own $below }
        }
        $Finished = $true
    }
    Write-Record
}
finally {
    # Ctrl-C comes here, too: what there is by then is sent.
    Compress-Archive -Path (Join-Path $Folder '*') -DestinationPath $Zip
    Remove-Item -LiteralPath $Folder -Recurse
    $Token = $null
    Write-Host ''
    Write-Host ('Written: ' + $Zip)
    Write-Host 'You may open it and read every file. Then send it as it is.'
}
