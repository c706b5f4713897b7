BeforeAll { . $PSScriptRoot/Shared.ps1 }

Describe 'Loading' {
    It 'loads the cmdlets and the operations at import, and nothing that others wrote' {
        $loaded = Invoke-Pwsh @'
            Import-Module $Manifest
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object Location | ForEach-Object Location
'@
        $ours = $loaded | Where-Object { $_.StartsWith($ModulePath) } | Split-Path -Leaf | Sort-Object
        $ours | Should -Be 'RollbackTools.Cmdlets.dll', 'RollbackTools.Operations.dll'
        $loaded | Split-Path -Leaf | Where-Object { $_ -in (Get-ChildItem $ModulePath/bin/dependencies).Name } | Should -BeNullOrEmpty
    }

    It 'can be imported again by force, removed, and imported once more' {
        $counts = Invoke-Pwsh @'
            Import-Module $Manifest; (Get-Command -Module RollbackTools).Count
            Import-Module $Manifest -Force; (Get-Command -Module RollbackTools).Count
            Remove-Module RollbackTools; @(Get-Command -Module RollbackTools -ListImported).Count
            Import-Module $Manifest; (Get-Command -Module RollbackTools).Count
'@
        $all = (Test-ModuleManifest $Manifest).ExportedCommands.Count
        $counts | Should -Be "$all", "$all", '0', "$all"
    }

    It 'makes its types usable by name from the first line' {
        Invoke-Pwsh 'Import-Module $Manifest; [RollbackTools.Operations.Images.WorkloadReference]::Parse("deploy/api").ToString()' | Should -Be 'deployment/api'
    }

    It 'leaves nothing in dependencies that PowerShell or .NET already carries, and no second copy of Operations' {
        $carried = (Get-ChildItem $PSHOME -Filter *.dll).Name
        $dependencies = (Get-ChildItem $ModulePath/bin/dependencies -Filter *.dll).Name
        $dependencies | Should -Contain 'RollbackTools.Integrations.dll'
        $dependencies | Where-Object { $_ -in $carried -or $_ -eq 'RollbackTools.Operations.dll' } | Should -BeNullOrEmpty
        (Get-ChildItem $ModulePath/bin -File).Name | Sort-Object | Should -Be 'RollbackTools.Cmdlets.dll', 'RollbackTools.Operations.dll'
    }
}
