function Restore-KnownGoodImage {
    <#
    .SYNOPSIS
        The whole runbook: look at the history, roll back, prove that it holds, and return the record.

    .DESCRIPTION
        Does in order what an image rollback consists of:

        1. Get-ImageHistory: what runs, and what is known to have worked (shown with -Verbose).
        2. Invoke-ImageRollback: go back to known-good, and wait until the cluster shows that it works.
        3. Test-RollbackHealth: it must stay healthy for as long as -For says, with the endpoints and the smoke script of the
           environment.
        4. Get-RollbackRun: the record.

        It ends at the first step that fails, whatever the caller's $ErrorActionPreference is; several workloads are rolled back
        at once, and one that fails does not cut the others off. All of it can be done step by step with those cmdlets; this
        adds nothing but the order. Under -WhatIf it ends after the plan.

    .PARAMETER Name
        The workload: a name (api), a kind and a name (deploy/api), or an object of another of these cmdlets.

    .PARAMETER Reason
        Why. It goes into the journal and into the workload's change cause.

    .PARAMETER For
        How long it must stay healthy, such as 15m.

    .PARAMETER Timeout
        How long each workload may take to become healthy, such as 10m.

    .PARAMETER Environment
        An environment of the environment file. See about_RollbackTools_Environments.

    .PARAMETER Namespace
        The Kubernetes namespace; else the environment's, else the context's.

    .PARAMETER Context
        A context of the kubeconfig; else the environment's, else the current one.

    .PARAMETER Kubeconfig
        The kubeconfig; else the environment's, else kubectl's.

    .EXAMPLE
        Restore-KnownGoodImage api -Environment prod -Reason 'INC-4711: 500s since 02:51'

        Rolls back, and looks for two minutes whether it holds.

    .EXAMPLE
        Restore-KnownGoodImage api, worker -Namespace prod -For 15m -Reason INC-4711 -Confirm:$false | ConvertTo-Json -Depth 4 -EnumsAsStrings

        Two workloads, unattended.

    .INPUTS
        Names, or objects with the properties Name, and optionally Kind and Namespace.

    .OUTPUTS
        One object per workload: the first columns of a rollback's result, then Healthy, Checks and Run.

    .LINK
        Invoke-ImageRollback

    .LINK
        Test-RollbackHealth

    .LINK
        about_RollbackTools_Automation
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('RollbackTools.Runbooks.RestoredImage')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.WorkloadCompleter])]
        [RollbackTools.Cmdlets.Shared.WorkloadIdentity[]] $Name,

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

    begin {
        # Functions of a module do not see the caller's preference.
        $ErrorActionPreference = 'Stop'
        $workloads = [Collections.Generic.List[object]]::new()
    }
    process {
        $workloads.AddRange($Name)
    }
    end {
        $estate, $why = @{}, @{}
        foreach ($key in 'Environment', 'Namespace', 'Context', 'Kubeconfig') {
            if ($PSBoundParameters.ContainsKey($key)) { $estate[$key] = $PSBoundParameters[$key] }
        }
        if ($Reason) { $why.Reason = $Reason }

        $workloads | Get-ImageHistory @estate | Where-Object { $_.Current -or $_.IsDefaultTarget } | ForEach-Object {
            Write-Verbose "$($_.Kind)/$($_.Name) revision $($_.Revision), $($_.Image): $($_.Health), $($_.Evidence -join '; ')"
        }

        # An error must not cut off the workloads that are still on their way back; it is thrown at the end.
        $results = @($workloads | Invoke-ImageRollback @estate @why -Timeout $Timeout -ErrorAction SilentlyContinue -ErrorVariable failures)
        $restored = @($results | Where-Object Outcome -in 'RolledBack', 'AlreadyThere')
        $checks = @(if ($restored -and -not $WhatIfPreference) { $(if ($restored.Kind -contains 'Application') { $workloads } else { $restored }) | Test-RollbackHealth @estate -For $For })

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
