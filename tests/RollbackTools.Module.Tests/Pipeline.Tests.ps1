Describe 'Pipeline' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $revision = [RollbackTools.Operations.Workloads.History.ImageRevision] @{ Estate = 'prod-eu'; Namespace = 'prod'; Kind = 'Deployment'; Name = 'api'; Revision = 41 }
        $result = [RollbackTools.Operations.Runs.RollbackResult] @{ Namespace = 'prod'; Kind = 'StatefulSet'; Name = 'db'; To = 'db:15'; RunId = '20260101-000000-aaaa' }
    }

    It 'takes <What> as a workload' -ForEach @(
        @{ What = 'a revision'; Thing = { $revision }; Is = 'deployment/api'; In = 'prod' }
        @{ What = 'a result'; Thing = { $result }; Is = 'statefulset/db'; In = 'prod' }
        @{ What = 'a CSV row'; Thing = { "Name,Kind,Namespace`nweb,deploy,shop" | ConvertFrom-Csv }; Is = 'deployment/web'; In = 'shop' }
        @{ What = 'a hashtable'; Thing = { @{ name = 'web' } }; Is = 'web'; In = $null }
        @{ What = 'selected properties'; Thing = { $revision | Select-Object Name, Kind }; Is = 'deployment/api'; In = $null }
    ) {
        $identity = [RollbackTools.Cmdlets.Shared.WorkloadIdentity] (& $Thing)
        "$identity" | Should -Be $Is
        $identity.Reference.Namespace | Should -Be $In
    }

    It 'takes results of a job, which have lost their types, as what they were' {
        $fromJob = Start-Job -ArgumentList $Manifest {
            Import-Module $args[0]
            [RollbackTools.Operations.Workloads.History.ImageRevision] @{ Estate = 'prod-eu'; Namespace = 'prod'; Kind = 'Deployment'; Name = 'api'; Revision = 41 }
        } | Receive-Job -Wait -AutoRemoveJob
        $fromJob.PSObject.TypeNames[0] | Should -Be 'Deserialized.RollbackTools.Operations.Workloads.History.ImageRevision'
        $identity = [RollbackTools.Cmdlets.Shared.WorkloadIdentity] $fromJob
        "$identity" | Should -Be 'deployment/api'
        $identity.Estate | Should -Be 'prod-eu'
        $identity.Revision | Should -Be 41
        $fromJob | Format-Table | Out-String | Should -Be ($revision | Format-Table | Out-String) -Because 'the views know both'
    }

    It 'binds <Command> -<Parameter> to objects by value' -ForEach @(
        @{ Command = 'Get-ImageHistory'; Parameter = 'Name' }
        @{ Command = 'Invoke-ImageRollback'; Parameter = 'Name' }
        @{ Command = 'Test-RollbackHealth'; Parameter = 'Name' }
        @{ Command = 'Get-RollbackRun'; Parameter = 'RunId' }
        @{ Command = 'Resume-RollbackRun'; Parameter = 'RunId' }
        @{ Command = 'Undo-RollbackRun'; Parameter = 'RunId' }
        @{ Command = 'Stop-RollbackPractice'; Parameter = 'Estate' }
        @{ Command = 'Restore-KnownGoodImage'; Parameter = 'Name' }
    ) {
        (Get-Command $Command).Parameters[$Parameter].ParameterSets.Values.ValueFromPipeline | Should -Contain $true
    }

    It 'does not take a <Kind> for a <Wanted> of the same name' -ForEach @(
        @{ Kind = 'Deployment'; Wanted = 'application'; Command = { $input | Invoke-ArgoRollback -WhatIf -ErrorAction Stop } }
        @{ Kind = 'Deployment'; Wanted = 'application'; Command = { $input | Get-ArgoHistory -ErrorAction Stop } }
        @{ Kind = 'Application'; Wanted = 'workload'; Command = { $input | Invoke-ImageRollback -WhatIf -ErrorAction Stop } }
        @{ Kind = 'Service'; Wanted = 'workload'; Command = { $input | Test-RollbackHealth -ErrorAction Stop } }
    ) {
        $thing = [pscustomobject] @{ Kind = $Kind; Namespace = 'prod'; Name = 'api' }
        { $thing | & $Command } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'takes the run of a result by its property' {
        $env:ROLLBACKTOOLS_STATE = Join-Path $TestDrive state
        try { { $result | Get-RollbackRun -ErrorAction Stop } | Should -Throw -ErrorId 'RunNotFound,*' } finally { $env:ROLLBACKTOOLS_STATE = $null }
    }

    It 'does not take an object of one estate to another' {
        $kubeconfig = Join-Path $TestDrive kubeconfig
        Set-Content $kubeconfig '{current-context: other, contexts: [{name: other, context: {cluster: a, user: a}}], clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}], users: [{name: a, user: {token: a}}]}'
        { $revision | Get-ImageHistory -Kubeconfig $kubeconfig -ErrorAction Stop } | Should -Throw -ErrorId 'EstateMismatch,*'
    }

    It 'reads <Typed> as <Means>, although PowerShell takes it for a number' -ForEach @(
        @{ Typed = '90s'; Means = '00:01:30' }
        @{ Typed = '2d'; Means = '2.00:00:00' }
        @{ Typed = '15m'; Means = '00:15:00' }
        @{ Typed = '1h30m'; Means = '01:30:00' }
        @{ Typed = '20'; Means = '00:00:20' }
        @{ Typed = "'5m'"; Means = '00:05:00' }
        @{ Typed = '([timespan]::FromMinutes(3))'; Means = '00:03:00' }
    ) {
        function Get-For { param([RollbackTools.Cmdlets.Shared.Duration()] [timespan] $For) $For }
        Invoke-Expression "Get-For -For $Typed" | Should -Be ([timespan] $Means)
    }

    It 'completes contexts, environments and runs' {
        $kubeconfig = Join-Path $TestDrive many
        Set-Content $kubeconfig '{contexts: [{name: prod-eu, context: {}}, {name: prod-us, context: {}}, {name: staging, context: {}}]}'
        $file = Join-Path $TestDrive rollback.yaml
        Set-Content $file "environments:`n  prod: {}`n  staging: {}`n"
        (TabExpansion2 "Get-ImageHistory -Kubeconfig '$kubeconfig' -Context pr").CompletionMatches.CompletionText | Should -Be 'prod-eu', 'prod-us'
        (TabExpansion2 "Get-ImageHistory -EnvironmentFile '$file' -Environment ").CompletionMatches.CompletionText | Should -Be 'prod', 'staging'
        (TabExpansion2 'Invoke-ImageRollback -To').CompletionMatches.CompletionText | Sort-Object | Should -Be '-ToDigest', '-ToImage', '-ToRevision', '-ToTag'
        (TabExpansion2 "Restore-KnownGoodImage -Kubeconfig '$kubeconfig' -Context pr").CompletionMatches.CompletionText | Should -Be 'prod-eu', 'prod-us'
    }

    It 'gives up quietly and soon when there is nothing to complete from' {
        $kubeconfig = Join-Path $TestDrive dead
        Set-Content $kubeconfig '{current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}], users: [{name: a, user: {token: a}}]}'
        $Error.Clear()
        $time = Measure-Command { $found = TabExpansion2 "Get-ImageHistory -Kubeconfig '$kubeconfig' -Name ap" }
        $found.CompletionMatches.CompletionText | Where-Object { $_ -match 'api' } | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
        $time.TotalSeconds | Should -BeLessThan 5
    }
}
