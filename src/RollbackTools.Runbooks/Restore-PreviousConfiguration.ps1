function Restore-PreviousConfiguration {
    <#
    .SYNOPSIS
        Configuration rollback: a bad commit reverted, deployed, and read by those who use it.

    .DESCRIPTION
        Does in order what a configuration rollback consists of:

        1. The application must be there. Undo-GitCommit: the bad commit is reverted and pushed.
        2. Invoke-ArgoSync: Argo CD deploys what Git holds now.
        3. Restart-Workload: pods that read the configuration at start are replaced; a ConfigMap whose name changes with its content does
           that by itself.
        4. Test-RollbackHealth: those workloads must stay healthy for as long as -For says.

        It ends at the first step that fails, whatever the caller's $ErrorActionPreference is. A commit that could only be proposed, because
        the branch is protected, ends it too: nothing is in effect then. Under -WhatIf it ends after the plan of the revert.

    .PARAMETER Commit
        The commit to revert: its id or the beginning of it, or ~0 for the newest.

    .PARAMETER Application
        The Argo CD application; else the environment's.

    .PARAMETER Repository
        The repository, a URL or a working copy; else the environment's.

    .PARAMETER Branch
        The branch; else the environment's, else the default branch.

    .PARAMETER Restart
        Workloads that read the configuration when they start.

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
        Restore-PreviousConfiguration 4f2a91c -Application bookstore -Repository $url -Restart storefront, orders -Namespace bookstore -Reason INC-9

        The bad pull request out, and its readers restarted.

    .OUTPUTS
        The results of Undo-GitCommit, Invoke-ArgoSync and Restart-Workload.

    .LINK
        Undo-GitCommit

    .LINK
        Invoke-ArgoSync

    .LINK
        Restart-Workload
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([RollbackTools.Operations.Runs.RollbackResult])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Git.CommitCompleter])]
        [string[]] $Commit,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.ApplicationCompleter])]
        [string] $Application,

        [string] $Repository,

        [string] $Branch,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.WorkloadCompleter])]
        [RollbackTools.Cmdlets.Shared.WorkloadIdentity[]] $Restart,

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
    $git, $argo = @{}, @{}
    foreach ($key in 'Environment', 'Repository', 'Branch') {
        if ($PSBoundParameters.ContainsKey($key)) { $git[$key] = $PSBoundParameters[$key] }
    }
    foreach ($key in 'Environment', 'Context', 'Kubeconfig') {
        if ($estate.ContainsKey($key)) { $argo[$key] = $estate[$key] }
    }

    $whose = @{}
    if ($Application) { $whose.Name = $Application }
    # What is to deploy the revert must be known, and there, before anything is pushed.
    $null = Get-ArgoHistory @whose @argo

    $reverted = Undo-GitCommit $Commit @git @why
    $reverted
    if ($WhatIfPreference) { return }
    if ($reverted.Outcome -eq 'Proposed') { throw "The revert waits for a merge: $($reverted.NextStep)" }

    Invoke-ArgoSync @whose @argo @why -Timeout $Timeout
    if (-not $Restart) { return }
    Restart-Workload $Restart @estate @why -Timeout $Timeout
    $checks = @(Test-RollbackHealth $Restart @estate -For $For)
    if ($checks | Where-Object Status -ne 'Passed') {
        $PSCmdlet.ThrowTerminatingError((New-NotHealthyError 'Reverted and deployed, and not healthy' $checks $estate))
    }
}
