function Restore-KnownGoodHelmRelease {
    <#
    .SYNOPSIS
        Takes a Helm release back to known-good, goes through the checklist after it, and returns the record.

    .DESCRIPTION
        Does in order what people do by hand with helm rollback and a list of things to look at:

        1. Get-HelmHistory: what runs, and what is known to have worked (shown with -Verbose).
        2. Invoke-HelmRollback: go back, and wait until every workload of the release is rolled out.
        3. Test-RollbackHealth on each of its workloads: rollout, restarts, warning events and error lines in the logs, and the endpoints of
           the environment or of -Url (such as /health with its "database": "ok"); for as long as -For says.
        4. Get-RollbackRun: the record.

        What a machine cannot tell is said as a warning: whether a migration of the bad revision has to be taken back. It ends at the first
        step that fails, whatever the caller's $ErrorActionPreference is. Under -WhatIf it ends after the plan.

    .PARAMETER Name
        The release: a name (zkprova), a namespace and a name (prod/zkprova), or an object of Get-HelmRelease or Get-HelmHistory.

    .PARAMETER ToRevision
        A revision of the history, instead of the last known good.

    .PARAMETER HooksFrom
        Whose rollback hooks run: Target, Current or None. See Invoke-HelmRollback.

    .PARAMETER Url
        An endpoint that must answer, instead of those of the environment.

    .PARAMETER Reason
        Why. It goes into the journal.

    .PARAMETER For
        How long it must stay healthy, such as 15m.

    .PARAMETER Timeout
        How long each hook may take, and then the workloads to become healthy, such as 5m.

    .PARAMETER Environment
        An environment of the environment file. See about_RollbackTools_Environments.

    .PARAMETER Namespace
        The Kubernetes namespace; else the environment's, else the context's.

    .PARAMETER Context
        A context of the kubeconfig; else the environment's, else the current one.

    .PARAMETER Kubeconfig
        The kubeconfig; else the environment's, else kubectl's.

    .EXAMPLE
        Restore-KnownGoodHelmRelease zkprova -Environment prod -Reason 'INC-4711: proofs fail since 14:02'

        Rolls back, and looks for two minutes whether it holds.

    .EXAMPLE
        Restore-KnownGoodHelmRelease zkprova -Namespace prod -Url https://zkprova.example/health -For 10m -Confirm:$false

        Unattended, with an endpoint to ask.

    .INPUTS
        None.

    .OUTPUTS
        One object: the first columns of a rollback's result, then Healthy, Checks and Run.

    .LINK
        Invoke-HelmRollback

    .LINK
        Get-HelmHistory

    .LINK
        Test-RollbackHealth
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('RollbackTools.Runbooks.RestoredImage')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.HelmReleaseCompleter])]
        [RollbackTools.Cmdlets.Helm.HelmReleaseIdentity] $Name,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.HelmRevisionCompleter])]
        [int] $ToRevision,

        [RollbackTools.Operations.Helm.HelmHooksFrom] $HooksFrom = 'Target',

        [uri[]] $Url,

        [string] $Reason,

        [RollbackTools.Cmdlets.Shared.Duration()]
        [timespan] $For = '00:02:00',

        [RollbackTools.Cmdlets.Shared.Duration()]
        [timespan] $Timeout = '00:05:00',

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
    $estate, $how, $asked = @{}, @{}, @{}
    foreach ($key in 'Environment', 'Namespace', 'Context', 'Kubeconfig') {
        if ($PSBoundParameters.ContainsKey($key)) { $estate[$key] = $PSBoundParameters[$key] }
    }
    foreach ($key in 'ToRevision', 'Reason') {
        if ($PSBoundParameters.ContainsKey($key)) { $how[$key] = $PSBoundParameters[$key] }
    }
    if ($Url) { $asked.Url = $Url }

    Get-HelmHistory $Name @estate | Where-Object { $_.Current -or $_.IsDefaultTarget } | ForEach-Object {
        Write-Verbose "revision $($_.Revision), $($_.Chart), $($_.Status): $($_.Health), $($_.Evidence -join '; ')"
    }

    $result = Invoke-HelmRollback $Name @estate @how -HooksFrom $HooksFrom -Timeout $Timeout
    $checks = @(if ($result.Outcome -in 'RolledBack', 'AlreadyThere' -and $result.Workloads) {
            $where = $estate + @{ Namespace = $result.Namespace }
            Test-RollbackHealth $result.Workloads @where @asked -For $For
        })
    $wrong = @($checks | Where-Object Status -ne 'Passed')
    $PSCmdlet.WriteObject([pscustomobject] @{
            PSTypeName = 'RollbackTools.Runbooks.RestoredImage'
            Estate     = $result.Estate
            Namespace  = $result.Namespace
            Kind       = $result.Kind
            Name       = $result.Name
            From       = $result.From
            To         = $result.To
            Outcome    = $result.Outcome
            StartedAt  = $result.StartedAt
            Duration   = $result.Duration
            RunId      = $result.RunId
            Healthy    = if ($checks) { -not $wrong }
            Checks     = $checks
            Run        = if ($result.RunId) { Get-RollbackRun $result.RunId }
            Warnings   = $result.Warnings
            NextStep   = $result.NextStep
        })
    if ($wrong) { $PSCmdlet.ThrowTerminatingError((New-NotHealthyError 'Rolled back, and not healthy' $checks $estate)) }
    if ($result.Outcome -eq 'RolledBack') {
        Write-Warning "If a migration came with $($result.From), look whether it has to be taken back; hooks of $HooksFrom ran."
    }
}
