using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads;

/// <summary>Builds what the reader would have read, with times relative to <see cref="Now"/>.</summary>
internal sealed class Snapshots
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);

    private readonly List<Revision> revisions = [];
    private readonly List<Pod> pods = [];
    private readonly Dictionary<string, string> annotations = [];
    private readonly List<Condition> conditions = [];
    private readonly List<ManagedFieldsEntry> written = [];
    private PodTemplate current = PodTemplates.WithImage("");

    public Snapshots Revision(long number, string image, TimeSpan age, params long[] former) => Revision(number, PodTemplates.WithImage(image), age, former);

    public Snapshots Revision(long number, PodTemplate template, TimeSpan age, params long[] former)
    {
        revisions.Add(new Revision
        {
            Number = number,
            Template = template,
            Source = $"api-{number}",
            Uid = $"uid-{number}",
            CreatedAt = Now - age,
            FormerNumbers = former,
        });
        return this;
    }

    public Snapshots Current(string image) => Current(PodTemplates.WithImage(image));

    public Snapshots Current(PodTemplate template)
    {
        current = template;
        return this;
    }

    public Snapshots Annotation(string key, string value)
    {
        annotations[key] = value;
        return this;
    }

    public Snapshots Written(string manager, TimeSpan ago)
    {
        written.Add(new ManagedFieldsEntry { Manager = manager, Operation = "Update", Time = Now - ago });
        return this;
    }

    public Snapshots Progressing(string reason, string source)
    {
        conditions.Add(new Condition { Type = "Progressing", Reason = reason, Message = $"ReplicaSet \"{source}\" …", LastUpdateTime = Now });
        return this;
    }

    public Snapshots Pods(long revision, int count, bool ready, string? waiting = null, TimeSpan? crashed = null, TimeSpan? age = null, string imageId = "")
    {
        for (var i = 0; i < count; i++)
        {
            pods.Add(new Pod
            {
                Metadata = new ObjectMeta
                {
                    Name = $"api-{revision}-{i}",
                    Uid = $"pod-{revision}-{i}",
                    CreationTimestamp = age is null ? null : Now - age,
                    OwnerReferences = [new OwnerReference { Kind = "ReplicaSet", Name = $"api-{revision}", Uid = $"uid-{revision}", Controller = true }],
                },
                Status = new PodStatus
                {
                    Phase = "Running",
                    Conditions = [new Condition { Type = "Ready", Status = ready ? "True" : "False" }],
                    ContainerStatuses =
                    [
                        new ContainerStatus
                        {
                            Name = "api",
                            ImageID = imageId,
                            State = new ContainerState { Waiting = waiting is null ? null : new ContainerWaiting { Reason = waiting } },
                            RestartCount = crashed is null ? 0 : 3,
                            LastState = new ContainerState { Terminated = crashed is { } ago ? new ContainerTerminated { ExitCode = 1, FinishedAt = Now - ago } : null },
                        },
                    ],
                },
            });
        }

        return this;
    }

    public WorkloadSnapshot Build() => new(WorkloadKind.Deployment, new Workload
    {
        Metadata = new ObjectMeta { Name = "api", Namespace = "prod", Uid = "uid", Annotations = annotations, ManagedFields = written },
        Spec = new WorkloadSpec { Replicas = 3, Template = current.Json },
        Status = new WorkloadStatus { Conditions = conditions },
    })
    {
        Revisions = [.. revisions.OrderByDescending(revision => revision.Number)],
        Pods = pods,
    };

    public IReadOnlyList<ImageRevision> Judge() => KnownGood.Judge(Build(), "test", Now);

    public long? DefaultTarget() => Judge().SingleOrDefault(revision => revision.IsDefaultTarget)?.Revision;
}
