function Restore-PreviousRelease {
    <#
    .SYNOPSIS
        Full release rollback: everything of the overlay to the previous release, and proven.

    .DESCRIPTION
        Does in order what a release rollback consists of:

        1. Invoke-ReleaseRollback: to the previous release or -ToTag, as one run, and all of it back if that does not work.
        2. Test-RollbackHealth: every workload of the namespace must stay healthy for as long as -For says.

        It ends at the first step that fails, whatever the caller's $ErrorActionPreference is. Under -WhatIf it ends after the plan.

    .PARAMETER Application
        The Argo CD application; else the environment's.

    .PARAMETER ToTag
        The release to go to; else the one before the present one.

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
        Restore-PreviousRelease gospelib-production -Namespace gospelib-production -Reason INC-12

        To the release before.

    .OUTPUTS
        The results of Invoke-ReleaseRollback.

    .LINK
        Invoke-ReleaseRollback

    .LINK
        Get-ReleaseTag

    .LINK
        Test-RollbackHealth
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([RollbackTools.Operations.Runs.RollbackResult])]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.ApplicationCompleter])]
        [string] $Application,

        [ArgumentCompleter([RollbackTools.Cmdlets.Releases.ReleaseTagCompleter])]
        [string] $ToTag,

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
    $which = @{}
    if ($Application) { $which.Application = $Application }
    if ($ToTag) { $which.ToTag = $ToTag }

    Invoke-ReleaseRollback @which @estate @why -Timeout $Timeout
    if ($WhatIfPreference) { return }

    # What somebody stopped stays stopped, and shows nothing.
    $stopped, $running = (Get-ImageHistory @estate | Where-Object Current).Where({ $_.Evidence -like 'Scaled to 0*' }, 'Split')
    foreach ($one in $stopped) { Write-Warning "$($one.Kind.ToLowerInvariant())/$($one.Name) stands at 0 pods: its health was not tested." }
    if (-not $running) { return }
    $checks = @($running | ForEach-Object { "$($_.Kind)/$($_.Name)" } | Test-RollbackHealth @estate -For $For)
    if ($checks | Where-Object Status -ne 'Passed') { $PSCmdlet.ThrowTerminatingError((New-NotHealthyError 'Rolled back, and not healthy' $checks $estate)) }
}
