# Lists in, reports out, and what whoever presses Ctrl+C is told.
Describe 'Reports' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $estate = Start-Estate
    }

    AfterAll { Stop-Estate $estate }

    It 'takes the version and the reason of each row of a list, in one run' {
        $list = Join-Path $TestDrive fixes.csv
        Set-Content $list "Name,Kind,Namespace,ToTag,ToRevision,Reason", 'backend,deploy,prod,v2.13.1,,INC-1', 'celery-worker,deploy,prod,,,INC-2'
        $planned = Import-Csv $list | Select-Object -First 1 | Invoke-ImageRollback -WhatIf
        $planned.To | Should -BeLike '*/backend:v2.13.1'
        $script:results = Import-Csv $list | Select-Object -First 1 | Invoke-ImageRollback -Confirm:$false -WarningAction Ignore
        $results.Outcome | Should -Be 'RolledBack'
        Get-LiveImage $estate backend | Should -BeLike '*/backend:v2.13.1'
        @(Get-RollbackRun).Count | Should -Be 1
        (Get-RollbackRun).Reason | Should -Be 'INC-1'
    }

    It 'refuses a row that names two versions' {
        { [pscustomobject] @{ Name = 'backend'; Namespace = 'prod'; ToTag = 'v1'; ToRevision = 3 } | Invoke-ImageRollback -ErrorAction Stop } |
            Should -Throw -ErrorId 'AmbiguousVersion,*'
    }

    It 'starts every record with the same columns' {
        $leading = 'Estate', 'Namespace', 'Kind', 'Name', 'From', 'To', 'Outcome', 'StartedAt', 'Duration', 'RunId'
        foreach ($thing in $results, (Get-RollbackRun)) { $thing.PSObject.Properties.Name | Select-Object -First 10 | Should -Be $leading }
    }

    It 'exports lists as text, from here and from a job' {
        $row = Get-RollbackRun | ConvertTo-Csv | ConvertFrom-Csv
        $row.Targets | Should -Be 'deployment/backend'
        $row.Steps | Should -Match 'PATCH apps/v1 deployments/backend'
        ($results | ConvertTo-Csv | ConvertFrom-Csv).Steps | Should -Match '^PATCH apps/v1'
        $fromJob = Start-Job -ArgumentList $Manifest { Import-Module $args[0]; Get-RollbackRun } | Receive-Job -Wait -AutoRemoveJob
        ($fromJob | ConvertTo-Csv | ConvertFrom-Csv).Targets | Should -Be 'deployment/backend'
        (Get-RollbackRun).Targets[0] | Should -BeOfType RollbackTools.Operations.Runs.RunTarget
    }

    It 'shows the timeline of a run as a table' {
        (Get-RollbackRun).Steps | Out-String | Should -Match '(?m)^At\s+Event\s+Target\s+What'
    }

    It 'takes a run for the workload it was about' {
        Get-RollbackRun | Test-RollbackHealth -SkipLogs | Where-Object Check -eq Image | ForEach-Object Status | Should -Be 'Passed'
    }

    It 'says on Ctrl+C what was left how, and how to go on' {
        $said = Invoke-Pwsh @"
            `$env:ROLLBACKTOOLS_STATE = '$(Join-Path $TestDrive stopped)'
            Import-Module `$Manifest
            `$runspace = [runspacefactory]::CreateRunspace(`$Host)
            `$runspace.Open()
            `$shell = [powershell]::Create(`$runspace).AddScript({
                param(`$manifest, `$kubeconfig)
                Import-Module `$manifest
                Invoke-ImageRollback backend -Namespace prod -ToImage shop/backend:1-notready -Kubeconfig `$kubeconfig -Confirm:`$false
            }).AddArgument(`$Manifest).AddArgument('$($estate.Kubeconfig)')
            `$running = `$shell.BeginInvoke()
            `$end = [DateTime]::UtcNow.AddSeconds(60)
            while (-not (Get-RollbackRun | Where-Object { `$_.Steps.Event -contains 'Done' }) -and [DateTime]::UtcNow -lt `$end) { Start-Sleep -Milliseconds 50 }
            `$shell.Stop()
            (Get-RollbackRun).NextStep
"@
        $next = $said[-1]
        $next | Should -Match '^Resume-RollbackRun \S+$'
        $said -join '' | Should -BeLike "*WARNING: Run * was stopped: deployment/backend in prod is changed and not proven yet. $next finishes it.*"
    }
}
