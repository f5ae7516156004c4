#Requires -Version 5.1
# Asks RabbitMQ what the support needs, and writes one zip beside this script. It only reads: the commands of the list below.
# Run it on one server of RabbitMQ, in the RabbitMQ Command Prompt, opened as administrator:
#   powershell -NoProfile -ExecutionPolicy Bypass -File rabbitmq.ps1

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$Script = 'rabbitmq'
$MadeBy = 'clusterbrief'

# -- 1. What is asked, and nothing else: name of the answer, arguments of rabbitmqctl.
# begin of the list
$Ask = @(
    'bus-cluster cluster_status --formatter json'
    'bus-exchanges list_exchanges name type durable internal --formatter json'
    'bus-policies list_policies --formatter json'
    'bus-queues list_queues name type messages_ready consumers --formatter json'
    'bus-status status --formatter json'
    'bus-environment eval application:get_env(rabbit, cluster_partition_handling).'
    'bus-definitions export_definitions'
)
# end of the list

# -- 2. What of the definitions is kept. Users and their password hashes, rights and parameters are not.
$Kept = @('rabbitmq_version', 'rabbit_version', 'exchanges', 'policies', 'queues')

$Plain = [System.Globalization.CultureInfo]::InvariantCulture
$Utf8 = New-Object System.Text.UTF8Encoding($false)
$Node = $env:COMPUTERNAME
$Started = (Get-Date).ToUniversalTime()
$Stamp = $Started.ToString('yyyyMMdd-HHmmss', $Plain)
$Folder = Join-Path $PSScriptRoot ('clusterbrief-answers-' + $Node + '-rabbitmq-' + $Stamp)
$Zip = $Folder + '.zip'
$Parts = New-Object System.Collections.ArrayList
$Finished = $false

function Write-Record {
    $record = [ordered]@{
        schema = 'clusterbrief-answers/1.0'
        made = $MadeBy
        script = $Script
        node = $Node
        time = $Started.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $Plain)
        address = ''
        'node-address' = ''
        finished = $Finished
        parts = @($Parts.ToArray())
    }
    [System.IO.File]::WriteAllText((Join-Path $Folder 'answers.json'), (ConvertTo-Json -InputObject $record -Depth 4), $Utf8)
}

function Save-Text([string]$name, [string]$text) {
    [System.IO.File]::WriteAllText((Join-Path $Folder ($name + '.json')), $text, $Utf8)
}

# Users, hashes and whatever else is not in the list above are left out.
function Get-Definitions([string]$file) {
    $all = ConvertFrom-Json ([System.IO.File]::ReadAllText($file))
    $clean = [ordered]@{}
    foreach ($field in $all.PSObject.Properties) {
        if ($Kept -contains $field.Name) { $clean[$field.Name] = $field.Value }
    }
    return (ConvertTo-Json -InputObject $clean -Depth 20)
}

Write-Host 'This runs the following commands, which only read, and nothing else:'
foreach ($line in $Ask) { Write-Host ('  rabbitmqctl ' + ($line -split ' ', 2)[1]) }
[void](New-Item -ItemType Directory -Path $Folder)
try {
    foreach ($line in $Ask) {
        $name, $arguments = $line -split ' ', 2
        [void]$Parts.Add([ordered]@{ part = $name; path = ('rabbitmqctl ' + $arguments); status = 'not-tried'; reason = '' })
    }
    Write-Record
    foreach ($part in $Parts) {
        $name = $part.part
        $arguments = @(($part.path -split ' ') | Select-Object -Skip 1)
        $export = Join-Path $Folder 'definitions.tmp'
        if ($name -eq 'bus-definitions') { $arguments = $arguments + $export }
        # One argument, with the blank that is in it.
        if ($name -eq 'bus-environment') { $arguments = @(($part.path -split ' ', 3) | Select-Object -Skip 1) }
        $lines = @()
        $ended = 'no result'
        # What rabbitmqctl writes to its second output is no error of this script.
        $ErrorActionPreference = 'Continue'
        try {
            $lines = @(& rabbitmqctl -q $arguments 2>$null)
            $ended = $LASTEXITCODE
        }
        catch { Write-Host '  rabbitmqctl was not found: use the RabbitMQ Command Prompt.' }
        $ErrorActionPreference = 'Stop'
        if ($ended -ne 0) {
            $part.status = 'refused'
            $part.reason = 'rabbitmqctl failed (' + $ended + ')'
        }
        else {
            $text = $lines -join "`n"
            if ($name -eq 'bus-definitions') {
                $text = Get-Definitions $export
                Remove-Item -LiteralPath $export
            }
            if ($name -eq 'bus-environment') {
                $word = ''
                if ($text -match 'ok,\s*\{?\s*([a-z_]+)') { $word = $Matches[1] }
                $text = ConvertTo-Json -InputObject ([ordered]@{ cluster_partition_handling = $word })
            }
            Save-Text $name $text
            $part.status = 'done'
        }
        Write-Host ('  ' + $part.status + ': ' + $name)
        Write-Record
    }
    $Finished = $true
    Write-Record
}
finally {
    $export = Join-Path $Folder 'definitions.tmp'
    if (Test-Path -LiteralPath $export) { Remove-Item -LiteralPath $export }
    Compress-Archive -Path (Join-Path $Folder '*') -DestinationPath $Zip
    Remove-Item -LiteralPath $Folder -Recurse
    Write-Host ('Written: ' + $Zip)
    Write-Host 'You may open it and read every file. Then send it as it is.'
}
