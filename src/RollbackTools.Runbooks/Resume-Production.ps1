function Resume-Production {
    <#
    .SYNOPSIS
        The return from an emergency stop: everything as it was, and proven.

    .DESCRIPTION
        Does in order what the return consists of:

        1. Resume-Workload: the pods that were there come back and must be healthy; then automated sync, if Git and the cluster agree.
        2. Resume-ImageUpdate, when -Application is given: tags are promoted as before.

        It ends at the first step that fails, whatever the caller's $ErrorActionPreference is.

    .PARAMETER Name
        The workload: a name (api), a kind and a name (deploy/api), or an object of another of these cmdlets.

    .PARAMETER Selector
        Every workload with these labels, CronJobs too, instead of names.

    .PARAMETER Application
        The Argo CD application whose image updates were suspended as well.

    .PARAMETER Reason
        Why. It goes into the journal.

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
        Resume-Production tomoda-api, tomoda-async -Application prod-tomoda -Namespace prod

        From any machine.

    .OUTPUTS
        The results of Resume-Workload and Resume-ImageUpdate.

    .LINK
        Resume-Workload

    .LINK
        Resume-ImageUpdate

    .LINK
        Suspend-Production
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

    Resume-Workload @what @estate @why -Timeout $Timeout
    if ($Application) { Resume-ImageUpdate $Application @argo @why }
}
