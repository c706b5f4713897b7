using RollbackTools.Integrations.Kubernetes.Transport;

namespace RollbackTools.Tests.Integrations.Kubernetes;

/// <summary>What a server prints of an object it refuses holds its environment, and must not reach an error or a journal.</summary>
public sealed class ValueDumpTests
{
    [Theory]
    [InlineData("""Job.batch "m" is invalid: spec.template: Invalid value: core.PodTemplateSpec{Spec:core.PodSpec{Containers:[]core.Container{core.Container{Env:[]core.EnvVar{core.EnvVar{Name:"P", Value:"hunter2}\"x"}}}}}}: field is immutable""",
        """Job.batch "m" is invalid: spec.template: Invalid value: {…}: field is immutable""")]
    [InlineData("""spec.template: Invalid value: {"spec":{"containers":[{"env":[{"name":"P","value":"hunter2"}]}]}}: field is immutable""", "spec.template: Invalid value: {…}: field is immutable")]
    [InlineData("""spec.selector: Invalid value: &v1.LabelSelector{MatchLabels:map[string]string{"app":"hunter2"}}: field is immutable""", "spec.selector: Invalid value: {…}: field is immutable")]
    [InlineData("""data: Invalid value: map[string]string{"a":"hunter2"}: no; spec.args: Invalid value: []string{"-p", "hunter2"}: no""", "data: Invalid value: {…}: no; spec.args: Invalid value: {…}: no")]
    [InlineData("""spec.env: Duplicate value: {"name":"P","value":"hunter2"}""", "spec.env: Duplicate value: {…}")]
    [InlineData("""spec.args: Invalid value: ["-p","hunter2"]: no""", "spec.args: Invalid value: {…}: no")]
    [InlineData("""spec.template: Invalid value: core.PodTemplateSpec{Spec:core.PodSpec{Value:"hunter2""", "spec.template: Invalid value: {…}")]
    public void Whole_objects_are_left_out_and_the_reason_stays(string said, string shown) => Assert.Equal(shown, ValueDump.Shorten(said));

    [Theory]
    [InlineData("""spec.replicas: Invalid value: -1: must be greater than or equal to 0""")]
    [InlineData("""spec.names[0]: Invalid value: "a{b": no""")]
    [InlineData("""Required value: must be {set}""")]
    [InlineData("""Unsupported value: "x": supported values: "A", "B" """)]
    [InlineData("Invalid value: ")]
    public void What_names_the_trouble_stays(string said) => Assert.Equal(said, ValueDump.Shorten(said));
}
