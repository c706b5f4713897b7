# What the suite's files share. Dot-source it in BeforeAll.

$ErrorActionPreference = 'Stop'
$ModulePath = $env:ROLLBACKTOOLS_TESTED_MODULE ?? (Resolve-Path (Join-Path $PSScriptRoot '../../out/RollbackTools')).Path
$Manifest = Join-Path $ModulePath RollbackTools.psd1
$Repository = Split-Path (Split-Path $PSScriptRoot)

# Assemblies cannot be unloaded, so what is about loading happens in a process of its own. The script's output comes back as text.
function Invoke-Pwsh([string] $Script) {
    $text = "`$ErrorActionPreference = 'Stop'; `$PSStyle.OutputRendering = 'PlainText'; `$Manifest = '$Manifest'`n$Script"
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))
    $lines = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand $encoded 2>&1
    $lines | ForEach-Object { "$_" }
}
