# An incident from its beginning to its record, in a real PowerShell, against the practice estate.
Describe 'Incident' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $estate = Start-Estate
        $good = Get-LiveImage $estate backend
        $bad = Publish-Image $estate backend v2.15.0
        Wait-Until -For 'a pod of the bad release that crashes' {
            (Invoke-Api $estate '/api/v1/namespaces/prod/pods?labelSelector=app=backend').items |
                Where-Object { $_.status.containerStatuses.state.waiting.reason -eq 'CrashLoopBackOff' }
        }
    }

    AfterAll { Stop-Estate $estate }

    It 'shows in the history which revision is bad, and which to go back to' {
        $history = Get-ImageHistory backend -Namespace prod
        $current = $history | Where-Object Current
        $current.Image | Should -Be $bad
        $current.Health | Should -Be 'Bad'
        $target = @($history | Where-Object IsDefaultTarget)
        $target.Image | Should -Be $good
        $target.Evidence | Should -Not -BeNullOrEmpty
        $history[0].Revision | Should -BeGreaterThan $history[1].Revision
        ($history | Where-Object Image -like '*:v2.13.0').IsDefaultTarget | Should -BeFalse
    }

    It 'changes nothing under -WhatIf, and says what it would do' {
        $plan = Invoke-ImageRollback backend -Namespace prod -WhatIf
        $plan.Outcome | Should -Be 'Planned'
        $plan.From | Should -Be $bad
        $plan.To | Should -Be $good
        $plan.Steps[0] | Should -Match 'PATCH apps/v1 deployments/backend'
        Get-LiveImage $estate backend | Should -Be $bad
        Get-RollbackRun | Should -BeNullOrEmpty
    }

    It 'cannot ask where nobody can answer, says so, and changes nothing' {
        $said = Invoke-Pwsh @"
            Import-Module `$Manifest
            try { Invoke-ImageRollback backend -Namespace prod -Confirm -Kubeconfig '$($estate.Kubeconfig)' } catch { `$_.FullyQualifiedErrorId }
"@
        $said | Should -Be 'ConfirmationImpossible,RollbackTools.Cmdlets.Images.InvokeImageRollbackCommand'
        Get-LiveImage $estate backend | Should -Be $bad
    }

    It 'rolls back to known-good, and waits until it works' {
        $result = Invoke-ImageRollback backend -Namespace prod -Reason 'INC-4711: crash loop'
        $result.Outcome | Should -Be 'RolledBack'
        $result.To | Should -Be $good
        $result.RunId | Should -Not -BeNullOrEmpty
        Get-LiveImage $estate backend | Should -Be $good
        $live = Invoke-Api $estate '/apis/apps/v1/namespaces/prod/deployments/backend'
        $live.status.availableReplicas | Should -Be $live.spec.replicas
        $live.metadata.annotations.'kubernetes.io/change-cause' | Should -Match 'INC-4711'
    }

    It 'is then healthy, by every check, and stays so' {
        $checks = Test-RollbackHealth backend -Namespace prod -ExpectedImage $good -Since (Get-Date) -Url "$("$($estate.Services['backend'])".TrimEnd('/'))/health" -ExpectJson @{ database = 'ok' } -For 1s -Interval 200ms
        $checks | Where-Object Status -ne 'Passed' | ForEach-Object Message | Should -BeNullOrEmpty
        $checks.Check | Should -Contain 'Image'
        $checks.Check | Should -Contain 'Endpoint'
        $checks.Check | Should -Contain 'Steady'
        Test-RollbackHealth backend -Namespace prod -Since (Get-Date) -Quiet | Should -BeTrue
    }

    It 'does not go back into the bad version when asked again' {
        $again = Invoke-ImageRollback backend -Namespace prod
        $again.Outcome | Should -Be 'AlreadyThere'
        Get-LiveImage $estate backend | Should -Be $good
    }

    It 'keeps a record of who did what, why, and how it ended' {
        $run = Get-RollbackRun | Where-Object Reason -like 'INC-4711*'
        $run.State | Should -Be 'Succeeded'
        $run.Actor | Should -Match '@'
        $run.Targets[0].From | Should -Be $bad
        $run.Targets[0].Outcome | Should -Be 'RolledBack'
        $run.Steps.Event | Should -Contain 'Intent'
        $run.Path | Should -Exist
        if (-not $IsWindows) { (Get-Item $run.Path).UnixMode | Should -Be '-rw-------' }
        $run | Get-RollbackRun | ForEach-Object RunId | Should -Be $run.RunId
    }

    It 'takes the rollback back when told to, and only shows it under -WhatIf' {
        $run = Get-RollbackRun | Where-Object Reason -like 'INC-4711*'
        ($run | Undo-RollbackRun -WhatIf).Outcome | Should -Be 'Planned'
        Get-LiveImage $estate backend | Should -Be $good
        $undone = $run | Undo-RollbackRun
        $undone.Outcome | Should -Be 'Undone'
        Get-LiveImage $estate backend | Should -Be $bad
        (Get-RollbackRun $run.RunId).State | Should -Be 'Undone'
        { Undo-RollbackRun $run.RunId -ErrorAction Stop } | Should -Throw -ErrorId 'NothingToUndo,*'
    }

    It 'does the whole runbook as one command' {
        $restored = Restore-KnownGoodImage backend -Namespace prod -Reason 'INC-4712' -For 1s
        $restored.Outcome | Should -Be 'RolledBack'
        $restored.Run.Reason | Should -Be 'INC-4712'
        $restored.Checks | Should -Not -BeNullOrEmpty
        $restored.PSObject.Properties.Name | Select-Object -First 10 |
            Should -Be 'Estate', 'Namespace', 'Kind', 'Name', 'From', 'To', 'Outcome', 'StartedAt', 'Duration', 'RunId'
        Get-LiveImage $estate backend | Should -Be $good
    }

    It 'leaves nothing locked' {
        (Invoke-Api $estate '/apis/coordination.k8s.io/v1/namespaces/prod/leases').items | Should -BeNullOrEmpty
    }
}
