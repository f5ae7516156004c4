# Collects on this Windows from a real IIS, and reads the bundle: what scripts/check-windows cannot do, since Wine has no IIS.
# It installs IIS, and makes an application folder, a site and a pool, which it leaves: run it on a machine that is thrown
# away. Needs administrative rights, Windows Server, and Windows PowerShell, whose module administers IIS.
# Usage: scripts/check-iis.ps1 -Program clusterbrief.exe -Helper windows-node.exe
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $Program,
    [Parameter(Mandatory = $true)] [string] $Helper
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

$program = (Resolve-Path $Program).Path
$helper = (Resolve-Path $Helper).Path
$site = 'Vault Site'
$pool = 'VaultPool'
$webRoot = Join-Path $env:SystemDrive 'inetpub\wwwroot'
$folder = Join-Path $webRoot 'SecretServer'
$work = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid().ToString())
New-Item -ItemType Directory $work | Out-Null

function Confirm-That([bool] $Holds, [string] $Otherwise) {
    if (-not $Holds) { throw "check-iis: $Otherwise" }
}

# Runs the program, and gives what it printed; another exit code than 0 is a failure.
function Invoke-Program([string[]] $Arguments) {
    Write-Host "> clusterbrief $Arguments"
    $printed = & $program @Arguments | Out-String
    Write-Host $printed
    Confirm-That ($LASTEXITCODE -eq 0) "clusterbrief $Arguments ended with exit code $LASTEXITCODE"
    $printed
}

# The text of every member of a bundle, by name.
function Read-Bundle([string] $Path) {
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $texts = @{}
    $zip = [IO.Compression.ZipFile]::OpenRead($Path)
    try {
        foreach ($entry in $zip.Entries) {
            $reader = New-Object IO.StreamReader($entry.Open(), [Text.Encoding]::UTF8)
            $texts[$entry.FullName] = $reader.ReadToEnd()
            $reader.Dispose()
        }
    } finally {
        $zip.Dispose()
    }
    $texts
}

function Get-Bundle([string] $Out) {
    $bundles = @(Get-ChildItem $Out -Filter *.zip)
    Confirm-That ($bundles.Count -eq 1) "$($bundles.Count) bundles were written to $Out"
    $bundles[0].FullName
}

Write-Host '== IIS'
Install-WindowsFeature Web-Server, Web-Asp-Net45, Web-Windows-Auth, Web-Mgmt-Console | Out-Host
Import-Module WebAdministration

Write-Host '== a node of the product'
Confirm-That (-not (Test-Path $folder)) "$folder is there already"
& $helper make $webRoot $env:COMPUTERNAME (Get-Date -Format o)
Confirm-That ($LASTEXITCODE -eq 0) 'the application folder was not made'
# The helper also writes settings of an IIS that does not exist; here the real ones count.
Remove-Item (Join-Path $webRoot 'applicationHost.config')
$empty = New-Item -ItemType Directory (Join-Path $work 'root')
New-WebAppPool -Name $pool | Out-Null
Set-ItemProperty "IIS:\AppPools\$pool" -Name startMode -Value AlwaysRunning
New-Website -Name $site -Port 8093 -PhysicalPath $empty.FullName -ApplicationPool $pool | Out-Null
New-WebApplication -Name SecretServer -Site $site -PhysicalPath $folder -ApplicationPool $pool | Out-Null

Write-Host '== a collection that finds the application through IIS'
$out = Join-Path $work 'out'
$before = @(Get-ChildItem $folder -Recurse -File -ErrorAction SilentlyContinue | Select-Object FullName, Length, LastWriteTimeUtc)
Invoke-Program @('collect', '--yes', '--out', $out) | Out-Null
$after = @(Get-ChildItem $folder -Recurse -File -ErrorAction SilentlyContinue | Select-Object FullName, Length, LastWriteTimeUtc)
Confirm-That (-not (Compare-Object $before $after -Property FullName, Length, LastWriteTimeUtc)) 'the application folder was changed'
$bundle = Get-Bundle $out
$texts = Read-Bundle $bundle
$application = ($texts['facts.json'] | ConvertFrom-Json).iis.known.value.application.known.value
Confirm-That ($application.site -eq $site) "the bundle names the site $($application.site)"
Confirm-That ($application.pool -eq $pool) "the bundle names the pool $($application.pool)"
Confirm-That ($application.path -eq '/SecretServer') "the bundle names the path $($application.path)"
$startMode = $application.'pool-settings'.startMode.known.value
Confirm-That ($startMode -eq 'AlwaysRunning') "the bundle has the start mode $startMode"
Confirm-That (($texts['manifest.json'] | ConvertFrom-Json).elevated.known.value) 'the collection was not elevated'

Write-Host '== what the analysis makes of it'
Confirm-That ((Invoke-Program @('inspect', $bundle)) -match 'web\.config') 'inspect does not list web.config'
$reportFile = Join-Path $work 'report.json'
Invoke-Program @('report', $bundle, '-o', $reportFile, '-o', (Join-Path $work 'report.html')) | Out-Null
$report = Get-Content $reportFile -Raw -Encoding UTF8 | ConvertFrom-Json
$inputs = @($report.inputs)
Confirm-That ($inputs.Count -eq 1 -and $inputs[0].status -eq 'read') 'the report did not read the bundle whole'
Confirm-That (@($report.safety).Count -eq 0) 'the report finds a fault in the bundle itself'

Write-Host '== a collection without names'
$unnamed = Join-Path $work 'unnamed'
Invoke-Program @('collect', '--yes', '--level', 'identities', '--out', $unnamed) | Out-Null
$texts = Read-Bundle (Get-Bundle $unnamed)
foreach ($member in $texts.Keys) {
    $named = "$member $($texts[$member])".IndexOf($env:COMPUTERNAME, [StringComparison]::OrdinalIgnoreCase) -ge 0
    Confirm-That (-not $named) "$member names this machine"
}
Write-Host 'check-iis: all of it holds'
