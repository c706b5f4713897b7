#!/usr/bin/env pwsh
<#
.SYNOPSIS
    One door to the build. Everything lands in out/RollbackTools.
.EXAMPLE
    ./build.ps1
    Builds Release and stages the module.
.EXAMPLE
    ./build.ps1 -Task Pack
    Leaves out/RollbackTools.<version>.zip for every platform and one with native images for this one. Unpack either into a
    folder on $env:PSModulePath.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Docs', 'Pack')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = ($Task -in 'Test', 'Docs' ? 'Debug' : 'Release')
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Build-Module([bool] $ReadyToRun) {
    dotnet build build/RollbackTools.Module -c $Configuration -p:ContinuousIntegrationBuild=true "-p:ReadyToRun=$ReadyToRun"
}

# The same sources give the same bytes: entries in order, and no clock.
function Compress-Module([string] $Suffix) {
    $version = (Import-PowerShellDataFile RollbackTools.psd1).ModuleVersion
    $module = Join-Path $PSScriptRoot out/RollbackTools
    $path = Join-Path $PSScriptRoot "out/RollbackTools.$version$Suffix.zip"
    Remove-Item $path -ErrorAction Ignore
    $archive = [IO.Compression.ZipFile]::Open($path, 'Create')
    try {
        $names = [string[]](Get-ChildItem $module -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($module, $_.FullName) -replace '\\', '/' })
        [Array]::Sort($names, [StringComparer]::Ordinal)
        foreach ($name in $names) {
            $entry = $archive.CreateEntry("RollbackTools/$version/$name")
            $entry.LastWriteTime = [DateTimeOffset]'1980-01-01T00:00:00Z'
            $target = $entry.Open()
            try { $target.Write([IO.File]::ReadAllBytes("$module/$name")) } finally { $target.Dispose() }
        }
    }
    finally {
        $archive.Dispose()
    }
    Get-Item $path
}

Push-Location $PSScriptRoot
try {
    switch ($Task) {
        'Build' { dotnet build -c $Configuration }
        'Test' { dotnet test -c $Configuration }
        'Docs' { dotnet build build/RollbackTools.Module -c $Configuration -t:UpdateSyntax }
        'Pack' {
            # Native images load only on the kind of machine that built them, so there is one package for that kind and one for all.
            Build-Module -ReadyToRun $false
            Compress-Module
            Build-Module -ReadyToRun $true
            Compress-Module "-$([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)"
        }
    }
}
finally {
    Pop-Location
}
