using System.Text;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class RequestKindTests
{
    private static string Kind(string method, string address, string? contentType = null, string? accept = null, string body = "")
    {
        var parts = address.Split('?', 2);
        var query = parts.Length == 1 ? [] : parts[1].Split('&').Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]));
        return RequestKind.Of(method, parts[0], query, contentType, accept, Encoding.UTF8.GetBytes(body)).ToString();
    }

    [Theory]
    [InlineData("/api/v1/namespaces/prod/pods/web-1", "/api/v1/namespaces/{namespace}/pods/{name}")]
    [InlineData("/api/v1/namespaces/prod/pods/web-1/log", "/api/v1/namespaces/{namespace}/pods/{name}/log")]
    [InlineData("/api/v1/namespaces/prod", "/api/v1/namespaces/{name}")]
    [InlineData("/api/v1/namespaces", "/api/v1/namespaces")]
    [InlineData("/apis/apps/v1/deployments", "/apis/apps/v1/deployments")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1/clusterroles/view", "/apis/rbac.authorization.k8s.io/v1/clusterroles/{name}")]
    [InlineData("/apis/apps/v1", "/apis/apps/v1")]
    [InlineData("/version", "/version")]
    public void Names_count_for_nothing_and_what_they_stand_in_does(string path, string kind) => Assert.Equal($"GET {kind}", Kind("GET", path));

    [Theory]
    [InlineData("labelSelector=app=web&limit=500", "labelSelector&limit")]
    [InlineData("limit=1&labelSelector=app", "labelSelector&limit")]
    [InlineData("watch=true&resourceVersion=12&allowWatchBookmarks=true&timeoutSeconds=290", "allowWatchBookmarks=true&resourceVersion&timeoutSeconds&watch=true")]
    [InlineData("resourceVersion=0", "resourceVersion=0")]
    [InlineData("resourceVersion=", "resourceVersion=")]
    [InlineData("resourceVersion=7&resourceVersionMatch=Exact", "resourceVersion&resourceVersionMatch=Exact")]
    public void Of_a_parameter_it_matters_that_it_is_there_unless_its_value_changes_the_answer(string query, string kind) =>
        Assert.Equal($"GET /api/v1/namespaces/{{namespace}}/pods?{kind}", Kind("GET", $"/api/v1/namespaces/prod/pods?{query}"));

    [Fact]
    public void A_patch_is_of_the_kind_of_its_body() => Assert.Equal(
        "PATCH /apis/apps/v1/namespaces/{namespace}/deployments/{name}?dryRun=All&fieldManager application/merge-patch+json",
        Kind("PATCH", "/apis/apps/v1/namespaces/prod/deployments/web?fieldManager=me&dryRun=All", "application/merge-patch+json; charset=utf-8"));

    [Theory]
    [InlineData("application/json", "")]
    [InlineData("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json", " as=PartialObjectMetadataList")]
    public void Another_form_of_answer_is_another_kind(string accept, string form) =>
        Assert.Equal($"GET /api/v1/namespaces/{{namespace}}/secrets{form}", Kind("GET", "/api/v1/namespaces/prod/secrets", accept: accept));

    [Fact]
    public void A_deletion_says_in_its_body_what_becomes_of_dependents_and_for_which_object_it_holds() => Assert.Equal(
        "DELETE /api/v1/namespaces/{namespace}/pods/{name} propagationPolicy=Background preconditions.resourceVersion preconditions.uid",
        Kind("DELETE", "/api/v1/namespaces/prod/pods/web", body: """{"preconditions":{"uid":"u","resourceVersion":"1"},"propagationPolicy":"Background"}"""));
}
