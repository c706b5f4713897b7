using RollbackTools.Practice.Registry;

namespace RollbackTools.Tests.Practice.Registry;

public sealed class ImageCatalogueTests
{
    [Theory]
    [InlineData("nginx", "nginx", "latest", null)]
    [InlineData("nginx:1.27", "nginx", "1.27", null)]
    [InlineData("localhost:5000/app", "localhost:5000/app", "latest", null)]
    [InlineData("localhost:5000/app:v1", "localhost:5000/app", "v1", null)]
    [InlineData("gcr.io/a/b@sha256:ff", "gcr.io/a/b", null, "sha256:ff")]
    [InlineData("gcr.io/a/b:v1@sha256:ff", "gcr.io/a/b", "v1", "sha256:ff")]
    public void References_are_read_as_a_container_runtime_reads_them(string text, string repository, string? tag, string? digest) =>
        Assert.Equal(new ImageReference(repository, tag, digest), ImageReference.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("app:")]
    [InlineData("App:v1")]
    [InlineData("app v1")]
    [InlineData("app@md5:1")]
    public void What_is_no_reference_is_refused(string text) => Assert.Null(ImageReference.Parse(text));

    [Fact]
    public void A_known_repository_has_only_the_tags_it_was_given()
    {
        ImageCatalogue images = new();
        images.Push("gcr.io/tomoda/backend", "v1");
        Assert.NotNull(Resolve(images, "gcr.io/tomoda/backend:v1"));
        Assert.Null(Resolve(images, "gcr.io/tomoda/backend:v2"));
        Assert.True(images.Remove("gcr.io/tomoda/backend", "v1"));
        Assert.Null(Resolve(images, "gcr.io/tomoda/backend:v1"));
    }

    [Fact]
    public void A_digest_finds_the_image_whatever_its_tag()
    {
        ImageCatalogue images = new();
        var pushed = images.Push("gcr.io/tomoda/backend", "v1", new ImageBehaviour.CrashLoop());
        Assert.Equal(pushed, Resolve(images, pushed.Id));
        Assert.Null(Resolve(images, "gcr.io/tomoda/backend@sha256:00"));
    }

    [Theory]
    [InlineData("nginx:1.27", typeof(ImageBehaviour.Healthy))]
    [InlineData("registry.example/app:crash", typeof(ImageBehaviour.CrashLoop))]
    [InlineData("registry.example/app:v2-slow", typeof(ImageBehaviour.SlowStart))]
    [InlineData("registry.example/app:errors", typeof(ImageBehaviour.ErrorRate))]
    [InlineData("registry.example/app:leak", typeof(ImageBehaviour.MemoryLeak))]
    [InlineData("registry.example/app:notready", typeof(ImageBehaviour.NotReady))]
    [InlineData("registry.example/app:badconfig", typeof(ImageBehaviour.BadConfig))]
    public void An_unknown_repositorys_tag_names_its_behaviour(string image, Type behaviour) =>
        Assert.IsType(behaviour, Resolve(new ImageCatalogue(), image)!.Behaviour);

    [Fact]
    public void A_missing_tag_is_missing() => Assert.Null(Resolve(new ImageCatalogue(), "registry.example/app:missing"));

    private static CatalogueImage? Resolve(ImageCatalogue images, string image) => images.Resolve(ImageReference.Parse(image)!);
}
