function Suspend-Production {
    <#
    .SYNOPSIS
        Emergency stop: workloads at 0, and nothing that starts them again or ships into them.

    .DESCRIPTION
        Does in order what an emergency stop consists of:

        1. Suspend-Workload: automated sync is paused, owners included, the workloads go to 0 pods, and it is waited until none runs.
        2. Suspend-ImageUpdate, when -Application is given: no tag is promoted meanwhile.

        Each asks first; -Confirm:$false says that nobody is to be asked. It ends at the first step that fails, whatever the caller's $ErrorActionPreference is. Resume-Production is the way back.

    .PARAMETER Name
        The workload: a name (api), a kind and a name (deploy/api), or an object of another of these cmdlets.

    .PARAMETER Selector
        Every workload with these labels, CronJobs too, instead of names.

    .PARAMETER Application
        The Argo CD application whose image updates are suspended as well.

    .PARAMETER Reason
        Why. It goes into the journal, and onto what is stopped.

    .PARAMETER Timeout
        How long the pods may take to end, such as 10m.

    .PARAMETER Environment
        An environment of the environment file. See about_RollbackTools_Environments.

    .PARAMETER Namespace
        The Kubernetes namespace; else the environment's, else the context's.

    .PARAMETER Context
        A context of the kubeconfig; else the environment's, else the current one.

    .PARAMETER Kubeconfig
        The kubeconfig; else the environment's, else kubectl's.

    .EXAMPLE
        Suspend-Production tomoda-api, tomoda-async -Application prod-tomoda -Namespace prod -Reason 'INC-4711: corrupts orders'

        Off, and off it stays.

    .OUTPUTS
        The results of Suspend-Workload and Suspend-ImageUpdate.

    .LINK
        Suspend-Workload

    .LINK
        Suspend-ImageUpdate

    .LINK
        Resume-Production
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([RollbackTools.Operations.Runs.RollbackResult])]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.WorkloadCompleter])]
        [RollbackTools.Cmdlets.Shared.WorkloadIdentity[]] $Name,

        [string] $Selector,

        [ArgumentCompleter([RollbackTools.Cmdlets.Shared.Completion.ApplicationCompleter])]
        [string] $Application,

        [string] $Reason,

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
    $argo, $what = @{}, @{}
    foreach ($key in 'Environment', 'Context', 'Kubeconfig') {
        if ($estate.ContainsKey($key)) { $argo[$key] = $estate[$key] }
    }
    foreach ($key in 'Name', 'Selector') {
        if ($PSBoundParameters.ContainsKey($key)) { $what[$key] = $PSBoundParameters[$key] }
    }

    Suspend-Workload @what @estate @why -Timeout $Timeout
    if ($Application) { Suspend-ImageUpdate $Application @argo @why }
}
