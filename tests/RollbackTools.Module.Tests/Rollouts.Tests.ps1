# The drills bookstore/canary-regression and bookstore/completed-canary, as they are typed, in a real PowerShell.
BeforeDiscovery { $withoutGit = -not (Get-Command git -CommandType Application -ErrorAction Ignore) }

Describe 'Argo Rollouts' -Skip:$withoutGit {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $estate = Start-Estate bookstore
        $rollout = { param($Name) Invoke-Api $estate "/apis/argoproj.io/v1alpha1/namespaces/bookstore/rollouts/$Name" }
        $image = { param($Name) (& $rollout $Name).spec.template.spec.containers[0].image -replace '.*:' }
        $good = & $image catalog

        # An analysis measures what customers are answered: there have to be some.
        $customers = [powershell]::Create().AddScript({
                param($Urls)
                while ($true) { foreach ($url in $Urls) { try { $null = Invoke-WebRequest $url -SkipHttpErrorCheck } catch { } } }
            }).AddArgument(@($estate.Services['catalog'], $estate.Services['payments-gateway']))
        $null = $customers.BeginInvoke()
    }

    AfterAll {
        if ($customers) { $customers.Stop(); $customers.Dispose() }
        Stop-Estate $estate
    }

    It 'shows where a canary stands, and why it was aborted' {
        $null = Set-KustomizeImage ghcr.io/bookstore-platform/catalog -Tag 2026.5.0 -Environment prod -Reason 'the bad one'
        Wait-Until -Seconds 120 -For 'a canary that its analysis aborts' { (& $rollout catalog).status.phase -eq 'Degraded' }
        $seen = Get-ArgoRollout catalog -Environment prod
        $seen.Phase | Should -Be 'Degraded'
        $seen.Aborted | Should -BeTrue
        ($seen | Format-List | Out-String) | Should -Match '2026\.5\.0'
        & $image catalog | Should -Be '2026.5.0' -Because 'an abort is no rollback'
    }

    It 'plans the whole way back, and changes nothing under -WhatIf' {
        (Undo-ArgoRollout catalog -Environment prod -WhatIf -WarningAction SilentlyContinue).Outcome | Should -Be 'Planned'
        & $image catalog | Should -Be '2026.5.0'
    }

    It 'takes it back for good, in Git too' {
        $result = Get-ArgoRollout catalog -Environment prod | Undo-ArgoRollout -Reason 'INC-2061' -WarningAction SilentlyContinue
        $result.Outcome | Should -Be 'RolledBack'
        & $image catalog | Should -Be $good
        (& $rollout catalog).status.phase | Should -Be 'Healthy'
        (Invoke-ArgoSync bookstore-production -Environment prod -WarningAction SilentlyContinue).Outcome | Should -BeIn 'Changed', 'AlreadyThere'
        & $image catalog | Should -Be $good
    }

    It 'takes a canary that is through back past its steps' {
        $null = Set-KustomizeImage ghcr.io/bookstore-platform/payments-gateway -Tag 2026.5.1 -Environment prod -Reason 'the other bad one'
        Wait-Until -Seconds 180 -For 'a canary that is through' {
            $now = & $rollout payments-gateway
            $now.spec.template.spec.containers[0].image -like '*:2026.5.1' -and $now.status.phase -eq 'Healthy' -and $now.status.observedGeneration -eq "$($now.metadata.generation)"
        }
        (Stop-ArgoRollout payments-gateway -Environment prod -WarningAction SilentlyContinue).Outcome | Should -Be 'AlreadyThere'
        $result = Undo-ArgoRollout payments-gateway -FastTrack -Environment prod -Reason 'INC-2062' -Confirm:$false -WarningAction SilentlyContinue
        $result.Outcome | Should -Be 'RolledBack'
        & $image payments-gateway | Should -Be $good
        $now = & $rollout payments-gateway
        $now.status.stableRS | Should -Be $now.status.currentPodHash
    }

    It 'has all of it on record' {
        (Get-RollbackRun | Where-Object Reason -in 'INC-2061', 'INC-2062').State | Should -Be 'Succeeded', 'Succeeded'
    }
}
