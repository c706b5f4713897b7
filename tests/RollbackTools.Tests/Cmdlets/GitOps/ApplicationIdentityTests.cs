using RollbackTools.Cmdlets.GitOps;

namespace RollbackTools.Tests.Cmdlets.GitOps;

public sealed class ApplicationIdentityTests
{
    [Theory]
    [InlineData("prod-api", null, "prod-api")]
    [InlineData("argocd/prod-api", "argocd", "prod-api")]
    public void A_string_is_an_application_where_one_is_wanted(string text, string? ns, string name)
    {
        ApplicationIdentity converted = text;

        Assert.Equal((ns, name), (converted.Namespace, converted.Name));
        Assert.Equal(converted, ApplicationIdentity.FromString(text));
        Assert.Equal(converted, new ApplicationIdentity((object)text));
    }
}
