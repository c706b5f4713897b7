BeforeDiscovery {
    . $PSScriptRoot/Shared.ps1
    $cmdlets = @((Import-PowerShellDataFile $Manifest).CmdletsToExport)
}

Describe 'Manifest' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        $data = Import-PowerShellDataFile $Manifest
        $module = Import-Module $Manifest -PassThru
    }

    It 'is valid, and says what people look for' {
        Test-ModuleManifest $Manifest -ErrorAction Stop | Should -Not -BeNullOrEmpty
        $data.PrivateData.PSData.Keys | Should -Contain 'Tags'
        $data.PrivateData.PSData.Keys | Should -Contain 'LicenseUri'
        $data.PrivateData.PSData.Keys | Should -Contain 'ProjectUri'
        $data.CompatiblePSEditions | Should -Be 'Core'
    }

    It 'exports every cmdlet of the assembly, and no other' {
        $compiled = $module.ImplementingAssembly.GetExportedTypes() | Where-Object { -not $_.IsAbstract } |
            ForEach-Object { $_.GetCustomAttributes([Management.Automation.CmdletAttribute], $false) } | ForEach-Object { "$($_.VerbName)-$($_.NounName)" }
        $data.CmdletsToExport | Sort-Object | Should -Be ($compiled | Sort-Object)
        $module.ExportedCmdlets.Keys | Sort-Object | Should -Be ($compiled | Sort-Object)
    }

    It 'exports every runbook, and no other function' {
        $data.FunctionsToExport | Sort-Object | Should -Be ((Get-ChildItem $Repository/src/RollbackTools.Runbooks/*.ps1).BaseName | Sort-Object)
        $module.ExportedFunctions.Keys | Sort-Object | Should -Be ($data.FunctionsToExport | Sort-Object)
    }

    It 'exports no alias and no variable, and says so' {
        $data.Keys | Should -Contain 'AliasesToExport'
        $data.Keys | Should -Contain 'VariablesToExport'
        $module.ExportedAliases.Count + $module.ExportedVariables.Count | Should -Be 0
    }

    It 'lists every view' {
        $data.FormatsToProcess | Sort-Object | Should -Be ((Get-ChildItem $ModulePath -Filter *.ps1xml).Name | Sort-Object)
    }

    It 'uses approved verbs only' {
        $module.ExportedCommands.Values.Verb | Should -BeIn (Get-Verb).Verb
    }

    It '<_> declares what it returns, and its own types have a view' -ForEach $cmdlets {
        $types = (Get-Command $_).OutputType.Type
        if ((Get-Help $_).returnValues.returnValue.type.name -eq 'None') { $types | Should -BeNullOrEmpty } else { $types | Should -Not -BeNullOrEmpty }
        foreach ($type in $types | Where-Object { $_.Namespace -like 'RollbackTools*' }) {
            Get-FormatData $type.FullName | Should -Not -BeNullOrEmpty -Because "$type is shown at the prompt"
        }
    }

    It 'puts the same first columns on every result of <_>' -ForEach ($cmdlets | Where-Object { $_ -match '^(Invoke|Resume|Undo)-|^Set-KustomizeImage$' }) {
        $type = (Get-Command $_).OutputType.Type
        [RollbackTools.Operations.Runs.RollbackResult].IsAssignableFrom($type) | Should -BeTrue
        $columns = $type::new().PSObject.Properties.Name | Select-Object -First 10
        $columns | Should -Be 'Estate', 'Namespace', 'Kind', 'Name', 'From', 'To', 'Outcome', 'StartedAt', 'Duration', 'RunId'
    }
}
