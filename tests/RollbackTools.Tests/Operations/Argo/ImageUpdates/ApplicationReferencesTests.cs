using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Tests.Operations.Argo.ImageUpdates;

public sealed class ApplicationReferencesTests
{
    private const string Updater = """
        {"metadata":{"name":"shop","namespace":"argocd"},"spec":{"commonUpdateSettings":{"ignoreTags":["*-rc*"]},"applicationRefs":[
          {"namePattern":"shop","images":[{"alias":"api","imageName":"reg:5000/shop/api:2.x"},{"alias":"web","imageName":"reg:5000/shop/web"}]}]}}
        """;

    private static readonly ArgoApplication Shop = new(new(Apps.Json("""{"metadata":{"name":"shop","namespace":"argocd"},"spec":{},"status":{}}""")));

    [Fact]
    public void A_tag_is_ignored_for_the_images_meant_with_what_they_ignored_before_and_taken_out_exactly()
    {
        ApplicationReferences references = new(new(Apps.Json(Updater)));

        var (edited, before) = references.Suspend(Shop, references.For(Shop)!.Value, ["v2"], ["reg:5000/shop/api"]);

        Assert.Equal("""
            [{"namePattern":"shop","images":[{"alias":"api","imageName":"reg:5000/shop/api:2.x","commonUpdateSettings":{"ignoreTags":["*-rc*","v2"]}},{"alias":"web","imageName":"reg:5000/shop/web"}]}]
            """, edited.ToJsonString());
        ApplicationReferences suspended = new(new(Apps.Json($$"""{"metadata":{},"spec":{"applicationRefs":{{edited.ToJsonString()}} } }""")));
        Assert.Equal("""
            [{"namePattern":"shop","images":[{"alias":"api","imageName":"reg:5000/shop/api:2.x"},{"alias":"web","imageName":"reg:5000/shop/web"}]}]
            """, suspended.Resume("shop", before).ToJsonString());
    }

    [Fact]
    public void Where_no_image_is_meant_the_whole_application_ignores_it()
    {
        ApplicationReferences references = new(new(Apps.Json(Updater)));

        var (edited, _) = references.Suspend(Shop, references.For(Shop)!.Value, ["v2"], []);

        Assert.Contains("\"commonUpdateSettings\":{\"ignoreTags\":[\"*-rc*\",\"v2\"]}}]", edited.ToJsonString(), StringComparison.Ordinal);
    }
}
