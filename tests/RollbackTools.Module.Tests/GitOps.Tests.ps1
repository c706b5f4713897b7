# An incident where production is what Git says, in a real PowerShell: Argo CD, Image Updater and real repositories.
BeforeDiscovery { $withoutGit = -not (Get-Command git -CommandType Application -ErrorAction Ignore) }

Describe 'GitOps' -Skip:$withoutGit {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $before = $env:ROLLBACKTOOLS_CONFIG
        $estate = Start-Estate tomoda-gitops
        $policy = { (Invoke-Api $estate '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/prod-tomoda').spec.syncPolicy | ConvertTo-Json -Depth 9 -Compress }
        $exact = & $policy
    }

    AfterAll { Stop-Estate $estate }

    It 'says where everything is, and keeps the token in a file' {
        $env:ROLLBACKTOOLS_CONFIG | Should -Be $estate.EnvironmentFile
        ([uri] $estate.ArgoCd).IsLoopback | Should -BeTrue
        $estate.ArgoCaFile | Should -Exist
        $estate | Format-List | Out-String | Should -Not -Match ([regex]::Escape((Get-Content $estate.ArgoTokenFile -Raw)))
        $estate.Repositories.Keys | Sort-Object | Should -Be 'tomoda/devops', 'tomoda/tomoda'
    }

    It 'pipes applications into their histories, in the cluster and over the API alike' {
        $history = Get-ArgoApplication prod-tomoda -Environment prod | Get-ArgoHistory
        $history | Should -HaveCount 7
        $history[0].Current | Should -BeTrue
        $history[0].Images | Should -Contain 'europe-west3-docker.pkg.dev/tomoda/apps/backend:v2.14.0'
        (Get-ArgoHistory -Environment prod-api).Revision | Should -Be $history.Revision
    }

    It 'goes back to known-good after a bad release came through Git, and stays there' {
        Publish-Code $estate refund v2.15.0
        Wait-Until -For 'the bad release in production' { (Get-LiveImage $estate backend) -like '*:v2.15.0' }
        $result = Invoke-ArgoRollback prod-tomoda -Environment prod -Preempt -Reason 'INC-4720'
        $result.Outcome | Should -Be 'RolledBack'
        Get-LiveImage $estate backend | Should -BeLike '*:v2.14.0'
        { Set-ArgoSyncPolicy prod-tomoda -Policy Exact -Environment prod -ErrorAction Stop } | Should -Throw -ErrorId 'GitStillBad,*'
    }

    It 'takes a pause back by its record' {
        $paused = Set-ArgoSyncPolicy staging-tomoda -Policy None -Environment prod
        $paused.Outcome | Should -Be 'Changed'
        (Get-RollbackRun $paused.RunId | Undo-RollbackRun).Outcome | Should -Be 'Undone'
        (Invoke-Api $estate '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/staging-tomoda').spec.syncPolicy.automated.selfHeal | Should -BeTrue
    }

    It 'writes into Git what runs, gives the exact policy back, and nothing brings the bad release back' {
        (Suspend-ImageUpdate prod-tomoda -Tag v2.15.0 -Environment prod -Reason 'INC-4720' -Confirm:$false).Outcome | Should -Be 'Changed'
        $pins = 'backend', 'tomoda-api', 'tomoda-async', 'tomoda-search', 'log-agent' |
            ForEach-Object { Set-KustomizeImage $_ -Tag v2.14.0 -Environment prod -Reason 'INC-4720' }
        $pins.Outcome | Sort-Object -Unique | Should -Be 'Changed'
        (Set-ArgoSyncPolicy prod-tomoda -Policy Exact -Environment prod).Outcome | Should -Be 'Changed'
        & $policy | Should -Be $exact
        (Invoke-ArgoSync prod-tomoda -Environment prod).Outcome | Should -Be 'Changed'
        Get-LiveImage $estate backend | Should -BeLike '*:v2.14.0'
        Test-RollbackHealth backend -Environment prod -Since (Get-Date) -Quiet -For 2s -Interval 200ms | Should -BeTrue
    }

    It 'reverts a bad configuration knowing the application from the environment' {
        $url = $estate.Repositories['tomoda/devops']
        $tip = git ls-remote $url refs/heads/main
        { Restore-PreviousConfiguration ~0 -Repository $url -Confirm:$false } | Should -Throw
        git ls-remote $url refs/heads/main | Should -Be $tip
        (Restore-PreviousConfiguration ~0 -Environment prod -WhatIf).Outcome | Should -BeIn 'Planned', 'AlreadyThere'
    }

    It 'takes a commit back by another one, by its record' {
        $pin = Set-KustomizeImage log-agent -Tag v2.13.1 -Environment prod -Reason 'INC-4721'
        $undone = Get-RollbackRun $pin.RunId | Undo-RollbackRun
        $undone.Outcome | Should -Be 'Undone'
        (Set-KustomizeImage log-agent -Tag v2.14.0 -Environment prod -WhatIf).Outcome | Should -Be 'AlreadyThere'
    }

    It 'calls a whole rollback good although a bystander was stopped on purpose, and knows the application from the environment' {
        Publish-Code $estate webhook v2.16.0
        Wait-Until -For 'the bad release in production' { (Get-LiveImage $estate backend) -like '*:v2.16.0' }
        Suspend-Workload tomoda-async -Environment prod -Reason 'INC-4722' -Confirm:$false
        $result = Restore-KnownGoodApplication backend -Environment prod -Reason 'INC-4722' -For 1s -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        $result.Outcome | Should -Be 'RolledBack'
        Get-LiveImage $estate backend | Should -BeLike '*:v2.14.0'
        "$warnings" | Should -BeLike '*prod-tomoda differs from Git in what is stopped alone: deployment/tomoda-async (stopped by *INC-4722)*'
        $now = Get-ArgoApplication prod-tomoda -Environment prod
        $now.Sync | Should -Be 'OutOfSync'
        $now.Differences | Should -BeNullOrEmpty
        Invoke-Expression $result.NextStep
        (Get-ArgoApplication prod-tomoda -Environment prod -Refresh).Sync | Should -Be 'Synced'
        & $policy | Should -Be $exact
    }

    It 'says what to type, at the same connection, when it is back and not healthy' {
        $record = & (Get-Module RollbackTools) { New-NotHealthyError 'Rolled back, and not healthy' @([pscustomobject] @{ Kind = 'Deployment'; Name = 'api'; Namespace = 'prod'; Status = 'Failed'; Message = 'Down.' }) @{ Environment = "it's"; Kubeconfig = 'a', 'b' } }
        $record.FullyQualifiedErrorId | Should -Be 'NotHealthy'
        $record.ErrorDetails.RecommendedAction | Should -Be "Test-RollbackHealth -Environment 'it''s' -Kubeconfig 'a','b' Deployment/api -Namespace prod -Wait"
    }

    It 'leaves the session as it was' {
        $estate | Stop-RollbackPractice
        $env:ROLLBACKTOOLS_CONFIG | Should -Be $before
        $env:ARGOCD_AUTH_TOKEN | Should -BeNullOrEmpty
        $estate.ArgoTokenFile | Should -Not -Exist
    }
}
