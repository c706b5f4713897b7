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
        Invoke-Pwsh 'Import-Module $Manifest; [RollbackTools.Operations.Workloads.Reading.WorkloadReference]::Parse("deploy/api").ToString()' | Should -Be 'deployment/api'
    }

    It 'leaves nothing in dependencies that PowerShell or .NET already carries, and no second copy of Operations' {
        $carried = (Get-ChildItem $PSHOME -Filter *.dll).Name
        $dependencies = (Get-ChildItem $ModulePath/bin/dependencies -Filter *.dll).Name
        $dependencies | Should -Contain 'RollbackTools.Integrations.dll'
        $dependencies | Where-Object { $_ -in $carried -or $_ -eq 'RollbackTools.Operations.dll' } | Should -BeNullOrEmpty
        (Get-ChildItem $ModulePath/bin -File).Name | Sort-Object | Should -Be 'RollbackTools.Cmdlets.dll', 'RollbackTools.Operations.dll'
    }

    It 'works when another module has loaded an older YamlDotNet and an older Polly first' -Skip:($PSVersionTable.PSVersion -lt '7.5') {
        # Assemblies of those names and a lower version, as another module would have brought them.
        $result = Invoke-Pwsh @"
            foreach (`$name in 'YamlDotNet', 'Polly.Core') {
                `$old = [Reflection.Emit.PersistedAssemblyBuilder]::new("`$name, Version=5.0.0.0", [object].Assembly)
                `$null = `$old.DefineDynamicModule(`$name)
                `$old.Save("$TestDrive/`$name.dll")
                `$null = [Reflection.Assembly]::LoadFrom("$TestDrive/`$name.dll")
            }
            Import-Module `$Manifest
            Set-Content "$TestDrive/kubeconfig" '{contexts: [{name: a, context: {cluster: a, user: a}}], clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}], users: [{name: a, user: {token: a}}]}'
            try { Get-ImageHistory api -Context a -Kubeconfig "$TestDrive/kubeconfig" -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'YamlDotNet' } | ForEach-Object {
                "`$(`$_.GetName().Version.Major) in `$([Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name)"
            }
"@
        $result | Should -Contain 'Unreachable,RollbackTools.Cmdlets.Images.GetImageHistoryCommand'
        $result | Should -Contain '5 in Default'
        $result | Should -Contain '18 in RollbackTools.Dependencies'
    }

    It 'loads the vendors when an estate is first needed, in a context of their own' {
        $contexts = Invoke-Pwsh @"
            Import-Module `$Manifest
            try { Get-ImageHistory api -Kubeconfig "$TestDrive/absent" } catch { }
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.Location -like '*dependencies*' } | ForEach-Object {
                [Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name
            } | Select-Object -Unique
"@
        $contexts | Should -Be 'RollbackTools.Dependencies'
    }

    It 'does not load the estate to list runs' {
        Invoke-Pwsh @"
            `$env:ROLLBACKTOOLS_STATE = "$TestDrive/state"
            Import-Module `$Manifest
            Get-RollbackRun
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.Location -like '*dependencies*' } | ForEach-Object Location
"@ | Should -BeNullOrEmpty
    }
}
