function Restore-KnownGoodApplication {
    <#
    .SYNOPSIS
        Image rollback the GitOps way: back, out of Git, in step again, and proven.

    .DESCRIPTION
        Does in order what an image rollback consists of where Argo CD deploys:

        1. Get-ArgoApplication: what will fight it (shown with -Verbose).
        2. Invoke-ImageRollback: pauses that, goes back to known-good, takes the bad version out of Git, and restores the exact sync policy.
        3. Test-RollbackHealth: it must stay healthy for as long as -For says.
        4. Get-ArgoApplication: Git and the cluster must agree.

        It ends at the first step that fails, whatever the caller's $ErrorActionPreference is. What was paused and could not be restored stays
        paused, because Git still holds the bad version then; the error says what to do. Under -WhatIf it ends after the plan.

    .PARAMETER Name
        The workload: a name (api), a kind and a name (deploy/api), or an object of another of these cmdlets.

    .PARAMETER Application
        The Argo CD application; else the environment's.

    .PARAMETER GitChange
        Pin sets the good image in the overlay; Revert reverts the commits that brought the bad one.

    .PARAMETER Reason
        Why. It goes into the journal and into the commit.

    .PARAMETER For
        How long it must stay healthy, such as 15m.

    .PARAMETER Timeout
        How long each step may take to become healthy, such as 10m.

    .PARAMETER Environment
        An environment of the environment file. See about_RollbackTools_Environments.

    .PARAMETER Namespace
        The Kubernetes namespace; else the environment's, else the context's.

    .PARAMETER Context
        A context of the kubeconfig; else the environment's, else the current one.

    .PARAMETER Kubeconfig
        The kubeconfig; else the environment's, else kubectl's.

    .EXAMPLE
        Restore-KnownGoodApplication backend -Application prod-tomoda -Namespace prod -Reason INC-4711

        Back, and two minutes of proof.

    .OUTPUTS
        The results of Invoke-ImageRollback.

    .LINK
        Invoke-ImageRollback

    .LINK
        Test-RollbackHealth

    .LINK
        Set-ArgoSyncPolicy
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([RollbackTools.Operations.Runs.RollbackResult])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.WorkloadCompleter])]
        [RollbackTools.Cmdlets.Shared.WorkloadIdentity[]] $Name,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.ApplicationCompleter])]
        [string] $Application,

        [RollbackTools.Operations.Images.GitRemedy] $GitChange = 'Pin',

        [string] $Reason,

        [RollbackTools.Cmdlets.Shared.Duration()]
        [timespan] $For = '00:02:00',

        [RollbackTools.Cmdlets.Shared.Duration()]
        [timespan] $Timeout = '00:10:00',

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.EnvironmentCompleter])]
        [string] $Environment,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.NamespaceCompleter])]
        [string] $Namespace,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.ContextCompleter])]
        [string] $Context,

        [string[]] $Kubeconfig
    )

    # Functions of a module do not see the caller's preference.
    $ErrorActionPreference = 'Stop'
    $estate, $why = @{}, @{}
    foreach ($key in 'Environment', 'Namespace', 'Context', 'Kubeconfig') {
        if ($PSBoundParameters.ContainsKey($key)) { $estate[$key] = $PSBoundParameters[$key] }
    }
    if ($Reason) { $why.Reason = $Reason }
    $argo = @{}
    foreach ($key in 'Environment', 'Context', 'Kubeconfig') {
        if ($estate.ContainsKey($key)) { $argo[$key] = $estate[$key] }
    }
    if (-not $Application -and $Environment) {
        # Only what has its history in the environment is the environment's application.
        try { $Application = @(Get-ArgoHistory @argo)[0].Name } catch { if ($_.FullyQualifiedErrorId -notlike 'NothingNamed*') { throw } }
    }
    if ($Application) {
        (Get-ArgoApplication $Application @argo).Interference | ForEach-Object { Write-Verbose $_ }
    }

    Invoke-ImageRollback $Name @estate @why -GitChange $GitChange -Timeout $Timeout
    if ($WhatIfPreference) { return }

    $checks = @(Test-RollbackHealth $Name @estate -For $For)
    if ($checks | Where-Object Status -ne 'Passed') { $PSCmdlet.ThrowTerminatingError((New-NotHealthyError 'Rolled back, and not healthy' $checks $estate)) }
    if (-not $Application) { return }

    $now = Get-ArgoApplication $Application @argo -Refresh
    if ($now.Sync -eq 'Synced') { return }
    if ($now.Stopped -and -not $now.Differences) {
        # What somebody stopped differs from Git on purpose.
        Write-Warning "Application $($now.Name) differs from Git in what is stopped alone: $($now.Stopped -join ', ')"
        return
    }
    $message = "Rolled back and healthy, and application $($now.Name) is $($now.Sync)" +
        "$(if ($now.Differences) { ": $($now.Differences -join ', ')" })$(if ($now.Paused) { "; paused $($now.Paused)" })"
    $PSCmdlet.ThrowTerminatingError((New-RunbookError $now.Sync $message $now "Get-ArgoApplication $($now.Name) -Namespace $($now.Namespace) -Refresh | Format-List" $argo))
}
