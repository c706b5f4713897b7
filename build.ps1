#!/usr/bin/env pwsh
<#
.SYNOPSIS
    One door to the build. Everything lands in out/RollbackTools.
.EXAMPLE
    ./build.ps1
    Builds Release and stages the module.
.EXAMPLE
    ./build.ps1 -Task Pack
    Builds and leaves out/RollbackTools.<version>.zip, ready for any folder on $env:PSModulePath.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Docs', 'Pack')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = $Task -in 'Test', 'Docs' ? 'Debug' : 'Release'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

Push-Location $PSScriptRoot
try {
    switch ($Task) {
        'Build' { dotnet build -c $Configuration }
        'Test' { dotnet test -c $Configuration }
        'Docs' { dotnet build build/RollbackTools.Module -c $Configuration -t:UpdateSyntax }
        'Pack' { dotnet build build/RollbackTools.Module -c $Configuration -t:PackModule }
    }
}
finally {
    Pop-Location
}
