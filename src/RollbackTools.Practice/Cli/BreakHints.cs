using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Drills.Tomoda;
using RollbackTools.Practice.Estates.Bookstore;
using RollbackTools.Practice.Estates.Gospelib;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Estates.Zkprova;

namespace RollbackTools.Practice.Cli;

/// <summary>Lines to type that break an estate that runs, as its own people would.</summary>
internal static class BreakHints
{
    private static readonly (string Tag, string Does)[] Tags =
    [
        (TomodaImages.Crashing, "panics at start, again and again"),
        (TomodaImages.Failing, "is ready, and answers half of all requests with 500"),
        (TomodaImages.Leaking, "runs well, then out of memory"),
        (TomodaImages.Unready, "never becomes ready"),
        (TomodaImages.Slow, "takes its time to become ready"),
        (TomodaImages.Misconfigured, "refuses its configuration"),
        (TomodaImages.Missing, "is in no registry"),
    ];

    public static IEnumerable<string> Of(DrillEstate estate) => (estate.Name, estate.GitOps) switch
    {
        ("gospelib", { } ops) => Gospelib(ops),
        ("bookstore", { } ops) => Bookstore(ops),
        ("zkprova", _) => Zkprova(estate),
        (_, { } ops) => Code(ops),
        _ => Images(estate),
    };

    private static IEnumerable<string> Images(DrillEstate estate)
    {
        var width = Tags.Max(tag => tag.Tag.Length);
        yield return $"kubectl --kubeconfig {estate.Kubeconfig} -n {estate.Namespace} set image {TomodaWorkloads.Backend} '*={TomodaImages.Backend}:{Tags[0].Tag}'";
        yield return $"dotnet \"{typeof(BreakHints).Assembly.Location}\" break {TomodaWorkloads.Backend} {Tags[0].Tag} --kubeconfig {estate.Kubeconfig}";
        foreach (var (tag, does) in Tags) yield return $"  {tag.PadRight(width)}  {does}";
    }

    /// <summary>A tag of the code is built, promoted and deployed; what its images do is in the code.</summary>
    private static IEnumerable<string> Code(DrillGitOps ops)
    {
        yield return $"git clone {ops.Repositories[TomodaCode.Name]} && cd tomoda";
        yield return $"echo 'func {TomodaFeature.Refunds.Function}() error {{ return nil }}' >> {TomodaFeature.Refunds.File}";
        yield return "git commit -am Refunds && git tag v2.15.0 && git push origin main v2.15.0";
        var width = TomodaFeature.All.Max(feature => feature.Function.Length);
        foreach (var feature in TomodaFeature.All) yield return $"  {feature.Function.PadRight(width)}  in {feature.File}: {feature.Does}";
    }

    /// <summary>Without a helm the images are broken behind its back, which is drift that a rollback takes back too.</summary>
    private static IEnumerable<string> Zkprova(DrillEstate estate)
    {
        yield return $"helm --kubeconfig {estate.Kubeconfig} -n {estate.Namespace} get values {ZkprovaEstate.Release}";
        yield return $"kubectl --kubeconfig {estate.Kubeconfig} -n {estate.Namespace} set image deployment/zkprova-zkprova-backend backend={ZkprovaImages.Backend}:{ZkprovaImages.WithoutColumn}";
        yield return $"  {ZkprovaImages.WithoutColumn}  is ready, and expects a column that its database does not have";
        yield return $"  {ZkprovaImages.Crashing}  panics at start, again and again";
    }

    private static IEnumerable<string> Gospelib(DrillGitOps ops)
    {
        yield return $"git clone {ops.Repository} && cd gospelib";
        yield return $"sed -i 's/newTag: .*/newTag: {GospelibImages.Bad.Tag}/' {ops.Overlay}/kustomization.yaml";
        yield return $"git commit -am 'release {GospelibImages.Bad.Release}' && git tag release/{GospelibImages.Bad.Release} && git push origin main release/{GospelibImages.Bad.Release}";
    }

    private static IEnumerable<string> Bookstore(DrillGitOps ops)
    {
        yield return $"git clone {ops.Repository} && cd platform";
        yield return $"sed -i 's/payments-gateway/payments-gatway/' {BookstoreRepository.Path}/settings.env";
        yield return "git commit -am 'checkout: move to the new payments address' && git push origin main";
        foreach (var (service, tag, does) in ((string, string, string)[])
        [
            (BookstoreImages.Catalog, BookstoreImages.Failing, "fails its analysis as a canary, as soon as somebody asks it for something"),
            (BookstoreImages.Payments, BookstoreImages.Lost, "answers 404, and goes through"),
        ])
        {
            yield return $"sed -i '/{service}$/{{n;s/newTag: .*/newTag: {tag}/}}' {BookstoreRepository.Path}/kustomization.yaml && git commit -am '{service} {tag}' && git push origin main";
            yield return $"  {service} {tag} {does}";
        }
    }
}
