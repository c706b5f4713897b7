<#
.SYNOPSIS
    Runs the Pester suite against the staged module and writes one JSON line per test.
.DESCRIPTION
    Called by `dotnet test`, and by hand: ./Invoke-ModuleTests.ps1 -Output Detailed. Exits 0 when every test passed, 1 when one
    did not, and 3 when there is no Pester 5 to run it with.
#>
[CmdletBinding()]
param(
    [string] $Module = (Join-Path $PSScriptRoot '../../out/RollbackTools'),
    [string] $Path = $PSScriptRoot,
    [string] $ResultPath,
    [ValidateSet('None', 'Normal', 'Detailed')]
    [string] $Output = 'Normal'
)

$ErrorActionPreference = 'Stop'
$pester = Get-Module Pester -ListAvailable | Where-Object Version -ge '5.3' | Sort-Object Version -Descending | Select-Object -First 1
if (-not $pester) { exit 3 }
Import-Module $pester

$env:ROLLBACKTOOLS_TESTED_MODULE = Resolve-Path $Module
# One test ends every practice estate of this user: let that be the ones of this suite.
$env:XDG_DATA_HOME = Join-Path ([IO.Path]::GetTempPath()) "rollbacktools-$([guid]::NewGuid().ToString('n'))"
$null = New-Item $env:XDG_DATA_HOME -ItemType Directory
try {
    $run = Invoke-Pester -Configuration @{
        Run    = @{ Path = $Path; PassThru = $true }
        Output = @{ Verbosity = $Output }
    }
}
finally {
    Remove-Item $env:XDG_DATA_HOME -Recurse
}

$failedContainers = $run.FailedContainers + $run.FailedBlocks | ForEach-Object {
    @{ Name = "$($_.Item)$($_.ExpandedPath)"; Result = 'Failed'; Message = "$($_.ErrorRecord)" }
}
$tests = $run.Tests | ForEach-Object {
    @{ Name = $_.ExpandedPath; Result = $_.Result; Message = "$($_.ErrorRecord)" }
}
if ($ResultPath) { @($tests) + @($failedContainers) | Where-Object { $_ } | ForEach-Object { ConvertTo-Json $_ -Compress } | Set-Content $ResultPath }
exit [int]($run.Result -ne 'Passed')
