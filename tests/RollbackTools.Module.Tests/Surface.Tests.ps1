# A changed signature is a decision: it fails here until this list says so too.
BeforeDiscovery {
    $estate = 'As', 'AsGroup', 'Context', 'Environment', 'EnvironmentFile', 'Kubeconfig', 'Namespace', 'RequestTimeout'
    $git = 'Branch', 'Environment', 'EnvironmentFile', 'Repository'
    $confirm = 'Confirm', 'WhatIf'
    $argo = $estate + 'ArgoCaFile', 'ArgoServer', 'ArgoToken', 'Name'
    $signatures = @(
        @{ Name = 'Get-ArgoApplication'; Parameters = $argo + 'Refresh' }
        @{ Name = 'Get-ArgoHistory'; Parameters = $argo }
        @{
            Name       = 'Invoke-ArgoRollback'
            Parameters = $argo + $confirm + 'Id', 'KeepPaused', 'NoWait', 'Preempt', 'Prune', 'Reason', 'SkipHooks', 'ThrottleLimit', 'Timeout', 'ToRevision'
        }
        @{
            Name       = 'Invoke-ArgoSync'
            Parameters = $argo + $confirm + 'AllowBadRevision', 'IncludeSuspended', 'NoWait', 'Preempt', 'Prune', 'Reason', 'Revision', 'SkipHooks', 'ThrottleLimit', 'Timeout'
        }
        @{
            Name       = 'Set-ArgoSyncPolicy'
            Parameters = $argo + $confirm + 'AllowBadRevision', 'AllowEmpty', 'Policy', 'Prune', 'Reason', 'SelfHeal'
        }
        @{ Name = 'Suspend-ImageUpdate'; Parameters = $argo + $confirm + 'Image', 'Reason', 'Tag' }
        @{ Name = 'Resume-ImageUpdate'; Parameters = $argo + $confirm + 'Reason' }
        @{ Name = 'Get-HelmHistory'; Parameters = $estate + 'Name' }
        @{ Name = 'Get-HelmRelease'; Parameters = $estate + 'AllNamespaces', 'Name' }
        @{
            Name       = 'Invoke-HelmRollback'
            Parameters = $estate + $confirm + 'ForceConflicts', 'HistoryMax', 'HooksFrom', 'Name', 'NoWait', 'Preempt', 'Reason', 'ThrottleLimit', 'Timeout', 'ToRevision'
        }
        @{
            Name       = 'Restore-KnownGoodHelmRelease'
            Parameters = $confirm + 'Context', 'Environment', 'For', 'HooksFrom', 'Kubeconfig', 'Name', 'Namespace', 'Reason', 'Timeout', 'ToRevision', 'Url'
        }
        @{ Name = 'Repair-HelmRelease'; Parameters = $estate + $confirm + 'Name', 'Preempt', 'Reason', 'RemoveLeftovers', 'SetAsideUnreadable' }
        @{ Name = 'Get-ImageHistory'; Parameters = $estate + 'Kind', 'Name', 'Selector' }
        @{
            Name       = 'Invoke-ImageRollback'
            Parameters = $estate + $confirm + 'Branch', 'Container', 'GitChange', 'IncludeHealthy', 'Kind', 'Name', 'NoWait', 'Overlay', 'Preempt', 'PullRequestBranch', 'Reason',
            'Repository', 'ResumePaused', 'Selector', 'ThrottleLimit', 'Timeout', 'ToDigest', 'ToImage', 'ToRevision', 'ToTag', 'Via'
        }
        @{
            Name       = 'Test-RollbackHealth'
            Parameters = $estate + 'ErrorPattern', 'ExpectedImage', 'ExpectJson', 'ExpectStatus', 'For', 'Interval', 'Kind', 'Name', 'Quiet', 'Selector',
            'Since', 'SkipLogs', 'SmokeArgument', 'SmokeScript', 'Timeout', 'Url', 'Wait'
        }
        @{ Name = 'Get-ReleaseTag'; Parameters = $git + 'Last', 'Overlay', 'Pattern' }
        @{
            Name       = 'Set-KustomizeImage'
            Parameters = $git + $confirm + 'Add', 'Application', 'Digest', 'Image', 'NewName', 'Overlay', 'Path', 'PullRequestBranch', 'Reason', 'Tag'
        }
        @{ Name = 'Undo-GitCommit'; Parameters = $git + $confirm + 'Commit', 'Mainline', 'PatchTag', 'PullRequestBranch', 'Reason', 'Tag', 'TagPattern' }
        @{
            Name       = 'Invoke-ReleaseRollback'
            Parameters = $estate + $confirm + 'Application', 'Branch', 'ClusterOnly', 'Compensate', 'Order', 'Overlay', 'Preempt', 'Prune', 'PullRequestBranch', 'Reason',
            'Repository', 'TagPattern', 'Timeout', 'ToCommit', 'ToTag'
        }
        @{ Name = 'Restart-Workload'; Parameters = $estate + $confirm + 'Kind', 'Name', 'NoWait', 'Reason', 'Selector', 'ThrottleLimit', 'Timeout' }
        @{ Name = 'Suspend-Workload'; Parameters = $estate + $confirm + 'CronJob', 'Kind', 'Name', 'NoWait', 'Reason', 'Selector', 'ThrottleLimit', 'Timeout' }
        @{ Name = 'Resume-Workload'; Parameters = $estate + $confirm + 'CronJob', 'Kind', 'Name', 'NoWait', 'Reason', 'Selector', 'ThrottleLimit', 'Timeout' }
        @{ Name = 'Get-ArgoRollout'; Parameters = $estate + 'Name', 'Selector' }
        @{ Name = 'Stop-ArgoRollout'; Parameters = $estate + $confirm + 'Name', 'NoWait', 'Reason', 'ThrottleLimit', 'Timeout' }
        @{ Name = 'Resume-ArgoRollout'; Parameters = $estate + $confirm + 'Full', 'Name', 'NoWait', 'Reason', 'Retry', 'ThrottleLimit', 'Timeout' }
        @{
            Name       = 'Undo-ArgoRollout'
            Parameters = $estate + $confirm + 'FastTrack', 'GitChange', 'Name', 'NoWait', 'Preempt', 'Reason', 'ResumePaused', 'ThrottleLimit', 'Timeout', 'ToRevision', 'Via'
        }
        @{
            Name       = 'Restore-StableRollout'
            Parameters = $confirm + 'Context', 'Environment', 'FastTrack', 'For', 'Kubeconfig', 'Name', 'Namespace', 'Reason', 'Timeout'
        }
        @{ Name = 'Get-RollbackRun'; Parameters = 'Last', 'RunId', 'State' }
        @{ Name = 'Resume-RollbackRun'; Parameters = $confirm + 'RunId' }
        @{ Name = 'Undo-RollbackRun'; Parameters = $confirm + 'RunId' }
        @{ Name = 'Start-RollbackPractice'; Parameters = $confirm + 'Estate', 'Timeout', 'UseInSession' }
        @{ Name = 'Stop-RollbackPractice'; Parameters = $confirm + 'Estate', 'Timeout' }
        @{
            Name       = 'Restore-KnownGoodImage'
            Parameters = $confirm + 'Context', 'Environment', 'For', 'Kubeconfig', 'Name', 'Namespace', 'Reason', 'Timeout'
        }
        @{
            Name       = 'Restore-KnownGoodApplication'
            Parameters = $confirm + 'Application', 'Context', 'Environment', 'For', 'GitChange', 'Kubeconfig', 'Name', 'Namespace', 'Reason', 'Timeout'
        }
        @{
            Name       = 'Restore-PreviousRelease'
            Parameters = $confirm + 'Application', 'Context', 'Environment', 'For', 'Kubeconfig', 'Namespace', 'Reason', 'Timeout', 'ToTag'
        }
        @{
            Name       = 'Restore-PreviousConfiguration'
            Parameters = $confirm + 'Application', 'Branch', 'Commit', 'Context', 'Environment', 'For', 'Kubeconfig', 'Namespace', 'Reason', 'Repository', 'Restart', 'Timeout'
        }
        @{
            Name       = 'Suspend-Production'
            Parameters = $confirm + 'Application', 'Context', 'Environment', 'Kubeconfig', 'Name', 'Namespace', 'Reason', 'Selector', 'Timeout'
        }
        @{
            Name       = 'Resume-Production'
            Parameters = $confirm + 'Application', 'Context', 'Environment', 'Kubeconfig', 'Name', 'Namespace', 'Reason', 'Selector', 'Timeout'
        }
    )
}

Describe 'Surface' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $common = [Management.Automation.Cmdlet]::CommonParameters
    }

    It '<Name> has exactly these parameters' -ForEach $signatures {
        (Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object | Should -Be ($Parameters | Sort-Object)
    }

    It 'covers every command' -ForEach @{ Covered = $signatures.Name } {
        (Get-Command -Module RollbackTools).Name | Sort-Object | Should -Be ($Covered | Sort-Object)
    }

    It 'asks for confirmation of <_> at the usual level, so that a prompt asks only who wants to be asked' -ForEach 'Invoke-ImageRollback', 'Invoke-ReleaseRollback', 'Restart-Workload', 'Resume-Workload', 'Resume-RollbackRun', 'Set-KustomizeImage', 'Undo-GitCommit', 'Undo-RollbackRun', 'Invoke-ArgoRollback', 'Invoke-ArgoSync', 'Set-ArgoSyncPolicy' {
        $type = (Get-Command $_).ImplementingType
        $attribute = $type.GetCustomAttributes([Management.Automation.CmdletAttribute], $false)
        $attribute.SupportsShouldProcess | Should -BeTrue
        $attribute.ConfirmImpact | Should -Be 'Medium'
    }

    It 'asks before <_>, which stops what serves' -ForEach 'Suspend-Workload', 'Suspend-ImageUpdate' {
        (Get-Command $_).ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be 'High'
    }

    It 'reads durations as people write them' {
        $for = [RollbackTools.Cmdlets.Shared.DurationAttribute]
        $for::Parse('15m') | Should -Be '00:15:00'
        $for::Parse('1h30m') | Should -Be '01:30:00'
        $for::Parse('00:02:00') | Should -Be '00:02:00'
    }

    It 'reads a workload from <Text>' -ForEach @(
        @{ Text = 'api'; Kind = $null; Name = 'api' }
        @{ Text = 'deploy/api'; Kind = 'Deployment'; Name = 'api' }
        @{ Text = 'statefulset.apps/db'; Kind = 'StatefulSet'; Name = 'db' }
    ) {
        $reference = ([RollbackTools.Cmdlets.Shared.WorkloadIdentity] $Text).Reference
        $reference.Name | Should -Be $Name
        $reference.Kind | Should -Be $Kind
    }
}
