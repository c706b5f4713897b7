using YamlDotNet.RepresentationModel;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class KubeconfigTests
{
    [Fact]
    public async Task Every_way_in_is_a_context_of_a_file_only_its_owner_reads()
    {
        await using var api = await ApiSession.StartAsync();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await File.WriteAllTextAsync(path, "something longer than nothing", TestContext.Current.CancellationToken);
            api.Server.WriteKubeconfig(path);

            YamlStream yaml = [];
            yaml.Load(new StringReader(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)));
            var root = (YamlMappingNode)yaml.Documents[0].RootNode;
            Assert.Equal(
                ["practice", "practice-cert", "practice-viewer", "practice-expired", "practice-wrong-ca"],
                ((YamlSequenceNode)root["contexts"]).Select(context => (string?)context["name"]));
            Assert.Equal("practice", (string?)root["current-context"]);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
