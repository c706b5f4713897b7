BeforeDiscovery {
    . $PSScriptRoot/Shared.ps1
    $data = Import-PowerShellDataFile $Manifest
    $cmdlets = @($data.CmdletsToExport)
    $commands = $cmdlets + $data.FunctionsToExport
    $topics = (Get-ChildItem $ModulePath/en-US/about_*.help.txt).Name -replace '\.help\.txt$'
}

Describe 'Help' {
    BeforeAll {
        . $PSScriptRoot/Shared.ps1
        Import-Module $Manifest
    }

    Context '<_>' -ForEach $commands {
        BeforeAll {
            $name = $_
            $help = Get-Help $name -Full
        }

        It 'has a synopsis, a description and examples that use it' {
            $help.Synopsis | Should -Not -BeLike "*$name [[]*" -Because 'that is what Get-Help makes up when there is no help'
            $help.Synopsis.Length | Should -BeGreaterThan 20
            $help.description.Text | Should -Not -BeNullOrEmpty
            $help.examples.example | Should -Not -BeNullOrEmpty
            $help.examples.example | ForEach-Object { $_.code | Should -Match $name }
            $help.returnValues.returnValue | Should -Not -BeNullOrEmpty
        }

        It 'describes every parameter' {
            $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
            foreach ($parameter in (Get-Command $name).Parameters.Values | Where-Object Name -notin $common) {
                (Get-Help $name -Parameter $parameter.Name).description.Text | Should -Not -BeNullOrEmpty -Because "-$($parameter.Name)"
            }
        }
    }

    It 'shows the syntax of <_> as PowerShell knows it, in the page too' -ForEach $cmdlets {
        $page = Get-Content $Repository/docs/en-US/$_.md -Raw
        $written = [regex]::Match($page, '(?s)## Syntax\s+```text\s+(.*?)```').Groups[1].Value.Trim()
        $written | Should -Be ((Get-Command $_ -Syntax).Trim() -replace '\r')
        @((Get-Help $_).syntax.syntaxItem).Count | Should -Be (Get-Command $_).ParameterSets.Count
    }

    It 'knows position, pipeline input and default of a parameter' {
        $name = Get-Help Invoke-ImageRollback -Parameter Name
        $name.position | Should -Be 0
        $name.pipelineInput | Should -Be 'True (ByPropertyName, ByValue)'
        (Get-Help Invoke-ImageRollback -Parameter ThrottleLimit).defaultValue | Should -Be 32
    }

    It 'has the topic <_>' -ForEach $topics {
        $text = Get-Help $_ | Out-String
        $text | Should -Match 'SHORT DESCRIPTION'
        $text.Length | Should -BeGreaterThan 500
    }

    It 'refers to nothing that does not exist' {
        $known = (Get-Command -Module RollbackTools).Name + (Get-ChildItem $ModulePath/en-US/about_*.help.txt).BaseName.Replace('.help', '')
        foreach ($page in Get-ChildItem $Repository/docs/en-US/*.md) {
            $text = Get-Content $page -Raw
            foreach ($link in [regex]::Matches($text, '\]\((?<to>[^)#:]+\.md)\)')) {
                Join-Path $page.DirectoryName $link.Groups['to'].Value | Should -Exist -Because $page.Name
            }
            foreach ($topic in [regex]::Matches($text, '\babout_RollbackTools\w*')) { $topic.Value | Should -BeIn $known -Because $page.Name }
            $ours = '(Get|Invoke|Resume|Undo|Start|Stop|Test|Restore)-(Image|Rollback|KnownGood)\w+'
            foreach ($command in [regex]::Matches($text, $ours)) { $command.Value | Should -BeIn $known -Because $page.Name }
        }
    }

    It 'has examples that PowerShell can parse, with parameters that exist' -ForEach $commands {
        foreach ($example in (Get-Help $_ -Full).examples.example) {
            $code = ($example.code -split '\r?\n' | Where-Object { $_ -match '^PS> ' }) -replace '^PS> ' -join "`n"
            if (-not $code) { $code = $example.code }
            $errors = $null
            $syntax = [Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty -Because $example.code
            foreach ($call in $syntax.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
                $command = Get-Command $call.GetCommandName() -Module RollbackTools -ErrorAction Ignore
                if (-not $command) { continue }
                foreach ($parameter in $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }) {
                    $command.Parameters.Keys | Should -Contain $parameter.ParameterName -Because $example.code
                }
            }
        }
    }
}
