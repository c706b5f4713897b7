using System.Collections;
using RollbackTools.Cmdlets.Argo;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Tests.Cmdlets.Argo;

public sealed class ApplicationIdentityTests
{
    private static readonly IdentityAttribute Identities = new(typeof(ApplicationIdentity));

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

    [Fact]
    public void A_row_of_a_history_out_of_a_file_means_that_entry()
    {
        Hashtable row = new() { ["Kind"] = "Application", ["Namespace"] = "argocd", ["Name"] = "shop", ["Id"] = "3", ["VersionKey"] = "0123456789ab" };

        Assert.Equal(3, new ApplicationIdentity(row).HistoryId);
        row.Remove("VersionKey");
        Assert.Null(new ApplicationIdentity(row).HistoryId);
    }

    [Fact]
    public void Another_kind_of_thing_is_refused_whatever_its_name()
    {
        Hashtable deployment = new() { ["Kind"] = "Deployment", ["Name"] = "shop" };

        Assert.Equal("A deployment is not an Argo CD application.", Assert.Throws<FormatException>(() => Identities.Transform(null!, deployment)).Message);
        Assert.Throws<FormatException>(() => Identities.Transform(null!, new object?[] { "shop", null }));
    }

    [Fact]
    public void One_or_several_become_identities()
    {
        Assert.Equal(["shop"], ((ApplicationIdentity[])Identities.Transform(null!, "shop")).Select(one => one.Name));
        Assert.Equal(["shop", "cart"], ((ApplicationIdentity[])Identities.Transform(null!, new object[] { "shop", "apps/cart" })).Select(one => one.Name));
    }
}
