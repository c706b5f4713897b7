# What a runbook ends with: an id, and the command to type next, at the connection that was used.
function New-RunbookError {
    param(
        [string] $ErrorId,

        [string] $Message,

        [object] $Target,

        # Without the connection, which goes behind its name.
        [string] $Next,

        # Environment, Context and Kubeconfig as they were given.
        [hashtable] $Estate
    )

    $failure = [Management.Automation.ErrorRecord]::new([InvalidOperationException] $Message, $ErrorId, 'InvalidResult', $Target)
    $failure.ErrorDetails = [Management.Automation.ErrorDetails]::new($Message)
    $connection = foreach ($key in 'Environment', 'Context', 'Kubeconfig') {
        if (-not $Estate[$key]) { continue }
        $values = foreach ($value in $Estate[$key]) { "'$([Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value))'" }
        " -$key $($values -join ',')"
    }
    $failure.ErrorDetails.RecommendedAction = $Next -replace '^[^ ]+', "`$0$((-join $connection).Replace('$', '$$'))"
    $failure
}

# Back, and not healthy; the command looks again.
function New-NotHealthyError {
    param(
        [string] $Message,

        # Of Test-RollbackHealth; those that did not pass are named.
        [object[]] $Check,

        [hashtable] $Estate
    )

    $wrong = @($Check | Where-Object Status -ne 'Passed')
    # A check of an address is about no workload.
    $about = @($wrong + $Check | Where-Object Kind)[0]
    $next = if ($about) { "Test-RollbackHealth $($about.Kind)/$($about.Name) -Namespace $($about.Namespace) -Wait" }
    New-RunbookError NotHealthy "${Message}: $($wrong.Message -join ' ')" $wrong $next $Estate
}
