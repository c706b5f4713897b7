Describe 'Errors' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $env:ROLLBACKTOOLS_STATE = Join-Path $TestDrive state
        $kubeconfig = Join-Path $TestDrive kubeconfig
        # Nothing listens on port 1.
        Set-Content $kubeconfig @'
apiVersion: v1
kind: Config
current-context: gone
contexts:
- { name: gone, context: { cluster: gone, user: me, namespace: prod } }
clusters:
- { name: gone, cluster: { server: "https://127.0.0.1:1" } }
users:
- { name: me, user: { token: not-a-token } }
'@
        function Get-Failure([scriptblock] $Command) {
            try { $null = & $Command } catch { return $_ }
            throw "Nothing failed: $Command"
        }
    }

    AfterAll { $env:ROLLBACKTOOLS_STATE = $null }

    It 'names an unreachable server once, and says what to look at' {
        $failure = Get-Failure { 'api', 'worker' | Get-ImageHistory -Kubeconfig $kubeconfig -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'Unreachable,RollbackTools.Cmdlets.Images.GetImageHistoryCommand'
        $failure.CategoryInfo.Category | Should -Be 'ConnectionError'
        $failure.Exception.Message | Should -Match '127\.0\.0\.1:1'
        $failure.Exception.Message | Should -Not -Match 'not-a-token'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'names a context that is not there, and those that are' {
        $failure = Get-Failure { Get-ImageHistory api -Kubeconfig $kubeconfig -Context prdo -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Configuration,*'
        "$($failure.Exception.Message) $($failure.ErrorDetails.RecommendedAction)" | Should -Match 'prdo'
        "$($failure.Exception.Message) $($failure.ErrorDetails.RecommendedAction)" | Should -Match 'gone'
    }

    It 'names a kubeconfig that is not there' {
        $failure = Get-Failure { Get-ImageHistory api -Kubeconfig $TestDrive/absent -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Configuration,*'
        $failure.Exception.Message | Should -Match 'absent'
    }

    It 'names an environment file that is not there' {
        Push-Location $TestDrive
        try { $failure = Get-Failure { Get-ImageHistory api -Environment prod -ErrorAction Stop } } finally { Pop-Location }
        $failure.FullyQualifiedErrorId | Should -BeLike 'EnvironmentFileNotFound,*'
    }

    It 'names an environment that the file does not have, and those that it has' {
        Set-Content $TestDrive/rollback.yaml "environments:`n  staging:`n    namespace: staging`n"
        $failure = Get-Failure { Get-ImageHistory api -Environment prod -EnvironmentFile $TestDrive/rollback.yaml -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'EnvironmentNotFound,*'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'staging'
    }

    It 'names a field of the environment file that it does not know' {
        Set-Content $TestDrive/typo.yaml "environments:`n  prod:`n    namespase: prod`n"
        $failure = Get-Failure { Get-ImageHistory api -Environment prod -EnvironmentFile $TestDrive/typo.yaml -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Configuration,*'
        $failure.Exception.Message | Should -Match 'namespase'
    }

    It 'refuses a name that is none, before anything is asked: <Name>' -ForEach @(
        @{ Name = 'a/b/c'; Says = 'more than one' }
        @{ Name = 'UPPER'; Says = 'lower-case' }
        @{ Name = 'pod/api'; Says = 'not a kind' }
        @{ Name = '../secrets'; Says = 'not a' }
        @{ Name = ''; Says = 'not a Kubernetes name' }
    ) {
        $failure = Get-Failure { Invoke-ImageRollback $Name -Kubeconfig $kubeconfig -Confirm:$false -ErrorAction Stop }
        $failure.Exception.Message | Should -Match $Says
        $failure.CategoryInfo.Category | Should -BeIn 'InvalidArgument', 'InvalidData'
    }

    It 'wants to know what to roll back, and does not prompt' {
        $failure = Get-Failure { Invoke-ImageRollback -Kubeconfig $kubeconfig }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NothingNamed,*'
    }

    It 'knows no run that is not there' {
        $failure = Get-Failure { Get-RollbackRun 19700101 -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'RunNotFound,RollbackTools.Cmdlets.Runs.GetRollbackRunCommand'
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.TargetObject | Should -Be '19700101'
        Get-RollbackRun | Should -BeNullOrEmpty
    }

    It 'goes on to the next run when one is not there' {
        $null = '19700101', '19700102' | Get-RollbackRun -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 2
    }

    It 'refuses a duration that is none' {
        (Get-Failure { Test-RollbackHealth api -For soon -Kubeconfig $kubeconfig }).Exception.Message | Should -Match 'soon'
    }

    It 'explains the ErrorId <_> in its topic' -ForEach 'LockHeld', 'Unreachable', 'NoKnownGoodRevision', 'ConfirmationImpossible' {
        Get-Help about_RollbackTools_Errors | Out-String | Should -Match $_
    }
}
