# What operators do besides the straight way, against the practice estate.
Describe 'Estate' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $before = $env:KUBECONFIG
        $estate = Start-Estate
    }

    AfterAll { Stop-Estate $estate }

    It 'is what the session means while it runs, on loopback' {
        $env:KUBECONFIG | Should -Be $estate.Kubeconfig
        ([uri] $estate.Server).IsLoopback | Should -BeTrue
        (Invoke-RestMethod "$("$($estate.Services['backend'])".TrimEnd('/'))/health").database | Should -Be 'ok'
    }

    It 'reads every workload of a namespace, and those with a label' {
        $kinds = (Get-ImageHistory -Namespace prod | Where-Object Current).Kind
        $kinds | Sort-Object -Unique | Should -Be 'DaemonSet', 'Deployment', 'StatefulSet'
        (Get-ImageHistory -Namespace prod -Selector team=search | Where-Object Current).Name | Should -Be 'tomoda-search'
    }

    It 'completes workloads, namespaces and revisions from the cluster' {
        (TabExpansion2 'Get-ImageHistory -Namespace prod -Name back').CompletionMatches.CompletionText | Should -Match 'backend'
        (TabExpansion2 'Get-ImageHistory -Namespace st').CompletionMatches.CompletionText | Should -Be 'staging'
        $revisions = (Get-ImageHistory backend -Namespace prod).Revision
        (TabExpansion2 'Invoke-ImageRollback backend -Namespace prod -ToRevision ').CompletionMatches.CompletionText |
            ForEach-Object { $_ | Should -BeIn $revisions }
    }

    It 'goes to the revision that is piped' {
        $older = Get-ImageHistory tomoda-async -Namespace prod | Where-Object Image -like '*:v2.12.1' | Select-Object -First 1
        $result = $older | Invoke-ImageRollback -Confirm:$false
        $result.Outcome | Should -Be 'RolledBack'
        Get-LiveImage $estate tomoda-async | Should -BeLike '*:v2.12.1'
    }

    It 'goes to a tag, and says what is wrong when that tag was never pushed' {
        (Invoke-ImageRollback tomoda-async -Namespace prod -ToTag v2.14.0 -Confirm:$false).Outcome | Should -Be 'RolledBack'
        $result = Invoke-ImageRollback tomoda-async -Namespace prod -ToTag v2.15.9 -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Failed'
        $result.ErrorId | Should -Be 'PodsFailing'
        "$($result.Message) $($result.Evidence)" | Should -Match 'v2.15.9'
        $result.NextStep | Should -Not -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -Be 'PodsFailing,RollbackTools.Cmdlets.Images.InvokeImageRollbackCommand'
        $failures[0].TargetObject.RunId | Should -Be $result.RunId
        (Undo-RollbackRun $result.RunId).Outcome | Should -Be 'Undone'
    }

    It 'recovers a StatefulSet that kubectl leaves stuck' {
        $null = Publish-Image $estate tomoda-search v2.15.0 -Kind statefulsets
        Wait-Until -For 'a search pod that crashes' {
            (Invoke-Api $estate '/api/v1/namespaces/prod/pods?labelSelector=app=tomoda-search').items |
                Where-Object { $_.status.containerStatuses.state.waiting.reason -eq 'CrashLoopBackOff' }
        }
        (Invoke-ImageRollback sts/tomoda-search -Namespace prod).Outcome | Should -Be 'RolledBack'
        $set = Invoke-Api $estate '/apis/apps/v1/namespaces/prod/statefulsets/tomoda-search'
        $set.status.readyReplicas | Should -Be $set.spec.replicas
    }

    It 'rolls several back at once, from names in a file' {
        $names = 'backend', 'tomoda-async', 'tomoda-api'
        foreach ($name in $names) { $null = Publish-Image $estate $name v2.15.3 }
        $csv = $names | ForEach-Object { [pscustomobject] @{ Name = $_; Kind = 'deployment'; Namespace = 'prod' } } | ConvertTo-Csv
        $results = $csv | ConvertFrom-Csv | Invoke-ImageRollback -Confirm:$false
        $results.Outcome | Sort-Object -Unique | Should -Be 'RolledBack'
        $results.RunId | Sort-Object -Unique | Should -HaveCount 1
        $results.Name | Sort-Object | Should -Be ($names | Sort-Object)
    }

    It 'finds nothing of that name, and says where it looked' {
        $failures = $null
        $null = 'nosuch', 'backend' | Get-ImageHistory -Namespace prod -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'WorkloadNotFound,*'
        $failures[0].Exception.Message | Should -Match 'prod'
    }

    It 'says <Id> with the context <Context>' -ForEach @(
        @{ Context = 'tomoda-expired'; Id = 'Unauthenticated'; Category = 'AuthenticationError' }
        @{ Context = 'tomoda-wrong-ca'; Id = 'Untrusted'; Category = 'SecurityError' }
    ) {
        { Get-ImageHistory backend -Namespace prod -Context $Context -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        $Error[0].CategoryInfo.Category | Should -Be $Category
    }

    It 'lets who may only read see and plan, and refuses the rest by verb and resource' {
        $null = Publish-Image $estate backend v2.15.3
        (Get-ImageHistory backend -Namespace prod -Context tomoda-viewer | Where-Object Current).Image | Should -BeLike '*:v2.15.3'
        (Invoke-ImageRollback backend -Namespace prod -Context tomoda-viewer -WhatIf).Outcome | Should -Be 'Planned'
        $refused = Invoke-ImageRollback backend -Namespace prod -Context tomoda-viewer -ErrorAction SilentlyContinue
        $refused.ErrorId | Should -Be 'Forbidden'
        Get-LiveImage $estate backend | Should -BeLike '*:v2.15.3'
        (Invoke-ImageRollback backend -Namespace prod).Outcome | Should -Be 'RolledBack'
    }

    It 'uses an environment by name' {
        $file = Join-Path $TestDrive rollback.yaml
        Set-Content $file @"
environments:
  practice:
    kubeconfig: $($estate.Kubeconfig)
    namespace: prod
    health:
      endpoints:
        - url: $("$($estate.Services['backend'])".TrimEnd('/'))/health
          json: { database: ok }
          workloads: [backend]
"@
        $checks = Test-RollbackHealth backend -Environment practice -EnvironmentFile $file -Since (Get-Date)
        $checks.Estate | Sort-Object -Unique | Should -Be 'practice'
        ($checks | Where-Object Check -eq 'Endpoint').Status | Should -Be 'Passed'
    }

    It 'stops when the pipeline has enough, and the caller goes on' {
        Invoke-Pwsh @"
            Import-Module `$Manifest
            `$first = Get-ImageHistory -Namespace prod -Kubeconfig '$($estate.Kubeconfig)' | Select-Object -First 1
            "`$(@(`$first).Count) and on"
"@ | Should -Be '1 and on'
    }

    It 'runs in jobs and in parallel' {
        $results = 'backend', 'tomoda-api' | ForEach-Object -Parallel {
            Import-Module $using:Manifest
            Get-ImageHistory $_ -Namespace prod -Kubeconfig ($using:estate).Kubeconfig | Where-Object Current
        }
        $results.Name | Sort-Object | Should -Be 'backend', 'tomoda-api'
    }

    It 'runs as the Azure Automation runbook in docs' {
        $bad = Publish-Image $estate backend v2.15.0
        $env:PRACTICE_KUBECONFIG = $estate.Kubeconfig
        function global:Get-AutomationVariable($Name) { Get-Content $env:PRACTICE_KUBECONFIG -Raw }
        $modules = $env:PSModulePath
        $env:PSModulePath = (Split-Path $ModulePath) + [IO.Path]::PathSeparator + $modules
        try {
            $json = & $Repository/docs/automation/azure-automation.ps1 -Workload backend -Namespace prod -Reason 'INC-4713' -StableFor 1s
        }
        finally {
            $env:PSModulePath = $modules
            Remove-Item function:Get-AutomationVariable, env:PRACTICE_KUBECONFIG
        }
        $record = $json | Out-String | ConvertFrom-Json
        $record.From | Should -Be $bad
        $record.Healthy | Should -BeTrue
    }

    It 'ends, and leaves the session as it was' {
        Stop-RollbackPractice
        { Get-Process -Id $estate.ProcessId -ErrorAction Stop } | Should -Throw
        $env:KUBECONFIG | Should -Be $before
    }
}
