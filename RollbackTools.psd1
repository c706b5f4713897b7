@{
    RootModule           = 'bin/RollbackTools.Cmdlets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6c0a3d0e-5d1f-4b7e-9a53-2f6f5a6f1c84'
    Author               = 'RollbackTools contributors'
    CompanyName          = 'RollbackTools'
    Copyright            = 'Copyright (c) RollbackTools contributors. MIT licence.'
    Description          = 'Rolls production back to known-good, proves it and leaves a record: images, Argo CD applications, Kustomize overlays and Git, whole releases, emergency stops, health tests, resumable and undoable runs, and a practice estate to drill on.'

    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')

    # Operations holds the types that results are made of: listed here so that [RollbackTools.Operations...] works at the prompt.
    RequiredAssemblies   = @('bin/RollbackTools.Operations.dll')
    NestedModules        = @('RollbackTools.Runbooks.psm1')

    CmdletsToExport      = @(
        'Get-ArgoApplication'
        'Get-ArgoHistory'
        'Get-ArgoRollout'
        'Get-HelmHistory'
        'Get-HelmRelease'
        'Get-ImageHistory'
        'Get-ReleaseTag'
        'Get-RollbackRun'
        'Invoke-ArgoRollback'
        'Invoke-ArgoSync'
        'Invoke-HelmRollback'
        'Invoke-ImageRollback'
        'Invoke-ReleaseRollback'
        'Repair-HelmRelease'
        'Restart-Workload'
        'Resume-ArgoRollout'
        'Resume-ImageUpdate'
        'Resume-RollbackRun'
        'Resume-Workload'
        'Set-ArgoSyncPolicy'
        'Set-KustomizeImage'
        'Start-RollbackPractice'
        'Stop-ArgoRollout'
        'Stop-RollbackPractice'
        'Suspend-ImageUpdate'
        'Suspend-Workload'
        'Test-RollbackHealth'
        'Undo-ArgoRollout'
        'Undo-GitCommit'
        'Undo-RollbackRun'
    )
    FunctionsToExport    = @(
        'Restore-KnownGoodApplication'
        'Restore-KnownGoodHelmRelease'
        'Restore-KnownGoodImage'
        'Restore-PreviousConfiguration'
        'Restore-PreviousRelease'
        'Restore-StableRollout'
        'Resume-Production'
        'Suspend-Production'
    )
    AliasesToExport      = @()
    VariablesToExport    = @()
    FormatsToProcess     = @('RollbackTools.format.ps1xml')

    PrivateData          = @{
        PSData = @{
            Tags         = @(
                'PSEdition_Core', 'Windows', 'Linux', 'MacOS'
                'Kubernetes', 'ArgoCD', 'ArgoRollouts', 'Kustomize', 'Helm', 'GitOps', 'Rollback', 'Deployment', 'StatefulSet', 'DaemonSet', 'Incident', 'Runbook', 'SRE', 'DevOps'
            )
            LicenseUri   = 'https://github.com/rollbacktools/rollbacktools/blob/main/LICENSE'
            ProjectUri   = 'https://github.com/rollbacktools/rollbacktools'
            ReleaseNotes = 'https://github.com/rollbacktools/rollbacktools/blob/main/CHANGELOG.md'
        }
    }
}
