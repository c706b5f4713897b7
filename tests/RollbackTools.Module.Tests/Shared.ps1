# What the suite's files share. Dot-source it in BeforeAll.

$ErrorActionPreference = 'Stop'
$ModulePath = $env:ROLLBACKTOOLS_TESTED_MODULE ?? (Resolve-Path (Join-Path $PSScriptRoot '../../out/RollbackTools')).Path
$Manifest = Join-Path $ModulePath RollbackTools.psd1
$Repository = Split-Path (Split-Path $PSScriptRoot)

# Installed as a .NET tool, the process is called dotnet, and the command pwsh is what starts one.
$Pwsh = (Get-Process -Id $PID).Path
if ((Split-Path $Pwsh -LeafBase) -ne 'pwsh') { $Pwsh = @(Get-Command pwsh -CommandType Application)[0].Source }

# Assemblies cannot be unloaded, so what is about loading happens in a process of its own. The script's output comes back as text.
function Invoke-Pwsh([string] $Script) {
    $text = "`$ErrorActionPreference = 'Stop'; `$PSStyle.OutputRendering = 'PlainText'; `$Manifest = '$Manifest'`n$Script"
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))
    $lines = & $Pwsh -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand $encoded 2>&1
    $lines | ForEach-Object { "$_" }
}

# One practice estate for a file's tests. Its journals go where they are thrown away.
function Start-Estate([string] $Name = 'tomoda') {
    $env:ROLLBACKTOOLS_STATE = Join-Path ([IO.Path]::GetTempPath()) "rollbacktools-$([guid]::NewGuid().ToString('n'))"
    Start-RollbackPractice $Name -UseInSession
}

function Stop-Estate($Estate) {
    if ($Estate) { $Estate | Stop-RollbackPractice }
    if (Test-Path $env:ROLLBACKTOOLS_STATE) { Remove-Item $env:ROLLBACKTOOLS_STATE -Recurse }
    $env:ROLLBACKTOOLS_STATE = $null
}

# Asks the practice API as a pipeline's own tools would: neither the module nor kubectl is involved.
function Invoke-Api($Estate, [string] $Path, [string] $Method = 'Get', $Body) {
    $token = [regex]::Match((Get-Content $Estate.Kubeconfig -Raw), "name: \S+-admin\s+user:\s+token: (?<token>\S+)").Groups['token'].Value
    $request = @{
        Uri                  = $Estate.Server.TrimEnd('/') + $Path
        Method               = $Method
        Headers              = @{ Authorization = "Bearer $token" }
        SkipCertificateCheck = $true
    }
    if ($Body) {
        $request.Body = ConvertTo-Json $Body -Depth 20
        $request.ContentType = 'application/strategic-merge-patch+json'
    }
    Invoke-RestMethod @request
}

# What a release does: a new image, and nothing else.
function Publish-Image($Estate, [string] $Name, [string] $Tag, [string] $Kind = 'deployments', [string] $Namespace = 'prod') {
    $path = "/apis/apps/v1/namespaces/$Namespace/$Kind/$Name"
    $container = (Invoke-Api $Estate $path).spec.template.spec.containers[0]
    $image = ($container.image -replace ':[^:/]+$') + ":$Tag"
    $null = Invoke-Api $Estate $path -Method Patch -Body @{
        spec = @{ template = @{ spec = @{ containers = @(@{ name = $container.name; image = $image }) } } }
    }
    $image
}

function Get-LiveImage($Estate, [string] $Name, [string] $Kind = 'deployments', [string] $Namespace = 'prod') {
    (Invoke-Api $Estate "/apis/apps/v1/namespaces/$Namespace/$Kind/$Name").spec.template.spec.containers[0].image
}

# A condition, not a time: fails with what was waited for.
function Wait-Until([scriptblock] $Condition, [string] $For, [int] $Seconds = 30) {
    $end = [DateTime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([DateTime]::UtcNow -gt $end) { throw "Not within $Seconds seconds: $For" }
        Start-Sleep -Milliseconds 50
    }
}

# What a developer does: a change and its tag, pushed. Cloud Build, Image Updater and Argo CD do the rest.
function Publish-Code($Estate, [string] $Function, [string] $Tag) {
    $clone = Join-Path ([IO.Path]::GetTempPath()) "rollbacktools-clone-$([guid]::NewGuid().ToString('n'))"
    try {
        Invoke-Git clone --quiet -- $Estate.Repositories['tomoda/tomoda'] $clone
        Add-Content (Join-Path $clone backend/handlers.go) "func $Function() error { return nil }"
        Invoke-Git -C $clone -c user.name=Lars -c user.email=lars@tomoda.life commit --quiet -am $Function
        Invoke-Git -C $clone tag $Tag
        Invoke-Git -C $clone push --quiet origin main $Tag
    }
    finally {
        Remove-Item $clone -Recurse -Force -ErrorAction Ignore
    }
}

function Invoke-Git {
    & git @args
    if ($LASTEXITCODE) { throw "git $args ended with $LASTEXITCODE" }
}
