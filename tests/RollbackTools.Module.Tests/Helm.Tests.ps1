# The drills zkprova/*, as they are typed: releases of Helm's in a real PowerShell, with helm itself looking on when it is installed.
Describe 'Helm' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
        $estate = Start-Estate zkprova
        $helm = Get-Command helm -CommandType Application -ErrorAction Ignore | Select-Object -First 1

        # What helm says of the newest revision.
        function Get-HelmsWord {
            $said = & $helm status zkprova --namespace production --kubeconfig $estate.Kubeconfig --output json
            if ($LASTEXITCODE) { throw "helm status ended with $LASTEXITCODE" }
            ($said | ConvertFrom-Json).info.status
        }

        # Somebody's helm was killed: its record says for ever that it is at work.
        function Set-Pending([int] $Revision) {
            $path = "/api/v1/namespaces/production/secrets/sh.helm.release.v1.zkprova.v$Revision"
            $packed = [Convert]::FromBase64String([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String((Invoke-Api $estate $path).data.release)))
            $unzip = [IO.Compression.GZipStream]::new([IO.MemoryStream]::new($packed), [IO.Compression.CompressionMode]::Decompress)
            $text = [IO.StreamReader]::new($unzip).ReadToEnd() -replace '"status":"deployed"', '"status":"pending-upgrade"'
            $whole = [IO.MemoryStream]::new()
            $zip = [IO.Compression.GZipStream]::new($whole, [IO.Compression.CompressionMode]::Compress)
            $bytes = [Text.Encoding]::UTF8.GetBytes($text)
            $zip.Write($bytes, 0, $bytes.Length)
            $zip.Dispose()
            $record = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes([Convert]::ToBase64String($whole.ToArray())))
            $null = Invoke-Api $estate $path -Method Patch -Body @{ metadata = @{ labels = @{ status = 'pending-upgrade' } }; data = @{ release = $record } }
        }

        $image = { (Get-LiveImage $estate zkprova-zkprova-backend -Namespace production) -replace '.*:' }
    }

    AfterAll { Stop-Estate $estate }

    It 'lists releases, and judges their revisions by evidence' {
        $release = Get-HelmRelease -Environment prod
        $release | Should -HaveCount 1
        $release.Name | Should -Be 'zkprova'
        $release.Stuck | Should -BeFalse
        $history = $release | Get-HelmHistory
        ($history | Where-Object Current).Revision | Should -Be 7
        ($history | Where-Object IsDefaultTarget).Revision | Should -Be 6
        ($history | Where-Object Health -EQ Bad).Revision | Sort-Object | Should -Be 3, 5
        ($history | Where-Object Revision -EQ 3).Evidence | Should -Match 'pre-upgrade hooks failed'
    }

    It 'changes nothing under -WhatIf, and shows the fields' {
        $plan = Invoke-HelmRollback zkprova -Environment prod -WhatIf
        $plan.Outcome | Should -Be 'Planned'
        $plan.Steps -join "`n" | Should -Match 'image: ghcr.io/zkprova/backend:9f04f35 → ghcr.io/zkprova/backend:3c1a77e'
        "$($plan.Warnings)" | Should -Match 'looks healthy'
        & $image | Should -Be '9f04f35'
        Get-RollbackRun | Should -BeNullOrEmpty
    }

    It 'goes to a revision that is named, and says that it did not work when it ran' {
        $result = Invoke-HelmRollback zkprova -Environment prod -ToRevision 5 -Reason 'INC-2077' -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        $result.Outcome | Should -Be 'RolledBack'
        "$warnings" | Should -Match 'Revision 5 did not work'
        & $image | Should -Be '6a0e4c1-errors'
    }

    It 'goes back from there to what worked, and to nothing that was rolled away from' {
        $result = Get-HelmRelease -Environment prod | Invoke-HelmRollback -Reason 'INC-2078' -Confirm:$false -WarningAction SilentlyContinue
        $result.Outcome | Should -Be 'RolledBack'
        $result.ToRevision | Should -Be 7
        & $image | Should -Be '9f04f35'
        $result.Workloads | Test-RollbackHealth -Environment prod -Since (Get-Date) -Quiet | Should -Not -Contain $false
        if ($helm) { Get-HelmsWord | Should -Be 'deployed' }
    }

    It 'stays there when asked again' {
        (Invoke-HelmRollback zkprova -Environment prod -WarningAction SilentlyContinue).Outcome | Should -Be 'AlreadyThere'
        & $image | Should -Be '9f04f35'
    }

    It 'sees a release that is stuck, and gets it going again' {
        $newest = (Get-HelmRelease zkprova -Environment prod).Revision
        Set-Pending $newest
        if ($helm) { Get-HelmsWord | Should -Be 'pending-upgrade' }
        (Get-HelmRelease zkprova -Environment prod).Stuck | Should -BeTrue
        (Repair-HelmRelease zkprova -Environment prod -Preempt -WhatIf).Outcome | Should -Be 'Planned'
        $repaired = Repair-HelmRelease zkprova -Environment prod -Preempt -Reason 'INC-2081' -WarningAction SilentlyContinue
        $repaired.Outcome | Should -Be 'Changed'
        (Get-HelmRelease zkprova -Environment prod).Stuck | Should -BeFalse
        if ($helm) { Get-HelmsWord | Should -Not -BeLike 'pending*' }
        & $image | Should -Be '9f04f35'
    }

    It 'takes a rollback back by its record' {
        $run = Get-RollbackRun | Where-Object Reason -eq 'INC-2078'
        ($run | Undo-RollbackRun -WarningAction SilentlyContinue).Outcome | Should -Be 'Undone'
        & $image | Should -Be '6a0e4c1-errors'
    }

    It 'does the whole runbook as one command' {
        $restored = Restore-KnownGoodHelmRelease zkprova -Environment prod -Reason 'INC-2082' -For 1s -Confirm:$false -WarningAction SilentlyContinue
        $restored.Outcome | Should -Be 'RolledBack'
        $restored.Healthy | Should -BeTrue
        & $image | Should -Be '9f04f35'
    }

    It 'keeps what is secret out of its records' {
        $secret = (Invoke-Api $estate '/api/v1/namespaces/production/secrets').items | Where-Object type -ne 'helm.sh/release.v1'
        $secret | Should -Not -BeNullOrEmpty
        $journals = Get-ChildItem $env:ROLLBACKTOOLS_STATE -Recurse -Filter *.jsonl | Get-Content -Raw
        foreach ($value in $secret.data.PSObject.Properties.Value) {
            $journals | Should -Not -Match ([regex]::Escape($value))
            $journals | Should -Not -Match ([regex]::Escape([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($value))))
        }
    }
}
