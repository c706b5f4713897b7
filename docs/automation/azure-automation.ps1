<#
.SYNOPSIS
    An Azure Automation runbook (PowerShell 7.4 or newer): rolls a workload back to known-good and proves it.
.DESCRIPTION
    Upload the package that `./build.ps1 -Task Pack` makes as a module of the runtime environment, and keep the kubeconfig of the
    rollbacktools service account (docs/rbac) in an encrypted Automation variable. A job that is restarted from the top does no
    harm: what is already rolled back is found so.
#>
param(
    [Parameter(Mandatory)] [string] $Workload,
    [Parameter(Mandatory)] [string] $Namespace,
    [Parameter(Mandatory)] [string] $Reason,
    [string] $KubeconfigVariable = 'RollbackToolsKubeconfig',
    [string] $StableFor = '2m'
)

# Automation's own preference is Continue: a job full of errors would end as Completed.
$ErrorActionPreference = 'Stop'

$kubeconfig = New-TemporaryFile
try {
    Set-Content $kubeconfig (Get-AutomationVariable -Name $KubeconfigVariable)
    Import-Module RollbackTools
    Restore-KnownGoodImage $Workload -Namespace $Namespace -Kubeconfig $kubeconfig -Reason $Reason -For $StableFor -Confirm:$false |
        ConvertTo-Json -Depth 4 -EnumsAsStrings
}
finally {
    Remove-Item $kubeconfig
}
