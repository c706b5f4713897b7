function Restore-StableRollout {
    <#
    .SYNOPSIS
        The whole runbook for Argo Rollouts: look, give the traffic back, take the version back, prove that it holds, and return the record.

    .DESCRIPTION
        Does in order what a bad canary or blue-green release takes:

        1. Get-ArgoRollout: where it stands and which metric failed (shown with -Verbose).
        2. Stop-ArgoRollout: abort what is on its way, and wait until the stable version has all traffic again. Where a version was rolled out
           completely there is nothing to abort, and it goes on.
        3. Undo-ArgoRollout: have the Rollout ask for the known-good version again, with all that Argo CD needs where that deploys it.
        4. Test-RollbackHealth: it must stay healthy for as long as -For says, with the endpoints and the smoke script of the environment.
        5. Get-RollbackRun: the record.

        It ends at the first step that fails, whatever the caller's $ErrorActionPreference is. All of it can be done step by step with those
        cmdlets; this adds nothing but the order. Under -WhatIf it ends after the plans.

    .PARAMETER Name
        The Rollout: a name (api), rollout/api, or an object of another of these cmdlets.

    .PARAMETER Reason
        Why. It goes into the journals and into the change cause.

    .PARAMETER FastTrack
        After a complete rollout: back past the strategy's steps and analysis. Asked about on its own.

    .PARAMETER For
        How long it must stay healthy, such as 15m.

    .PARAMETER Timeout
        How long each step may take, such as 10m.

    .PARAMETER Environment
        An environment of the environment file. See about_RollbackTools_Environments.

    .PARAMETER Namespace
        The Kubernetes namespace; else the environment's, else the context's.

    .PARAMETER Context
        A context of the kubeconfig; else the environment's, else the current one.

    .PARAMETER Kubeconfig
        The kubeconfig; else the environment's, else kubectl's.

    .EXAMPLE
        Restore-StableRollout catalog -Namespace prod -Reason 'INC-4711: 5xx at 20%'

        Out of a bad canary, and looks for two minutes whether it holds.

    .EXAMPLE
        Restore-StableRollout catalog -Environment prod -FastTrack -Reason INC-4711 -Confirm:$false

        After a complete rollout, unattended, without going through the canary again.

    .INPUTS
        Names, or objects with the properties Name, and optionally Kind and Namespace.

    .OUTPUTS
        One object per Rollout: the first columns of a rollback's result, then Healthy, Checks and Run.

    .LINK
        Undo-ArgoRollout

    .LINK
        Stop-ArgoRollout

    .LINK
        about_RollbackTools_Automation
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('RollbackTools.Runbooks.RestoredImage')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.RolloutCompleter])]
        [RollbackTools.Cmdlets.Shared.WorkloadIdentity[]] $Name,

        [string] $Reason,

        [switch] $FastTrack,

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

    begin {
        # Functions of a module do not see the caller's preference.
        $ErrorActionPreference = 'Stop'
        $rollouts = [Collections.Generic.List[object]]::new()
    }
    process {
        $rollouts.AddRange($Name)
    }
    end {
        $estate, $why = @{}, @{}
        foreach ($key in 'Environment', 'Namespace', 'Context', 'Kubeconfig') {
            if ($PSBoundParameters.ContainsKey($key)) { $estate[$key] = $PSBoundParameters[$key] }
        }
        if ($Reason) { $why.Reason = $Reason }

        $rollouts | Get-ArgoRollout @estate | ForEach-Object { Write-Verbose "$($_.Name): $($_.Phase), $($_.Standing) $($_.Failing)" }
        $null = $rollouts | Stop-ArgoRollout @estate @why -Timeout $Timeout

        # An error must not cut off the Rollouts that are still on their way back; it is thrown at the end.
        $results = @($rollouts | Undo-ArgoRollout @estate @why -Timeout $Timeout -FastTrack:$FastTrack -ErrorAction SilentlyContinue -ErrorVariable failures)
        $restored = @($results | Where-Object Outcome -in 'RolledBack', 'AlreadyThere')
        $checks = @(if ($restored -and -not $WhatIfPreference) { $(if ($restored.Kind -contains 'Application') { $rollouts } else { $restored }) | Test-RollbackHealth @estate -For $For })

        $unhealthy = foreach ($result in $results) {
            $about = @($checks | Where-Object { $_.Check -in 'Endpoint', 'SmokeScript', 'Steady' -or
                    $result.Kind -eq 'Application' -or ($_.Name -eq $result.Name -and $_.Kind -eq $result.Kind -and $_.Namespace -eq $result.Namespace) })
            $healthy = if ($checks -and $result -in $restored) { -not ($about | Where-Object Status -ne 'Passed') }
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
                    Healthy    = $healthy
                    Checks     = $about
                    Run        = if ($result.RunId) { Get-RollbackRun $result.RunId }
                    Warnings   = $result.Warnings
                    NextStep   = $result.NextStep
                })
            if ($healthy -eq $false) { $result, $about }
        }

        foreach ($failure in $failures) { $PSCmdlet.ThrowTerminatingError($failure) }
        if ($unhealthy) {
            $PSCmdlet.ThrowTerminatingError((New-NotHealthyError 'Rolled back, and not healthy' $checks $estate))
        }
    }
}
