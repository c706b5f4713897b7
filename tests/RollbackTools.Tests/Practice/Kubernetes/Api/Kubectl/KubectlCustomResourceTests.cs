namespace RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

/// <summary>The real kubectl on kinds that it defines itself.</summary>
public sealed class KubectlCustomResourceTests(KubectlCluster cluster) : IClassFixture<KubectlCluster>
{
    private static string Definition(string plural, string kind, string more = "") => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: {{plural}}.metering.example }
        spec:
          group: metering.example
          scope: Namespaced
          names: { plural: {{plural}}, kind: {{kind}}, shortNames: [{{plural[..2]}}], categories: [all] }
          versions:
            - name: v1
              served: true
              storage: true
              subresources: { status: {} }
              additionalPrinterColumns:
                - { name: Unit, type: string, jsonPath: .spec.unit }
                - { name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status' }
              schema:
                openAPIV3Schema:
                  type: object
                  required: [spec]
                  properties:
                    spec:
                      type: object
                      required: [unit]
                      properties:
                        unit: { type: string, enum: [hour, request] }
                        limit: { type: integer, minimum: 1, default: 100 }
                        rules:
                          type: array
                          x-kubernetes-list-type: map
                          x-kubernetes-list-map-keys: [name]
                          items: { type: object, required: [name], properties: { name: { type: string }, cost: { type: integer } } }
                        open: { type: object, x-kubernetes-preserve-unknown-fields: true }
                    status:
                      type: object
                      properties:
                        conditions: { type: array, items: { type: object, properties: { type: { type: string }, status: { type: string } } } }
            {{more}}
        """;

    private static string Object(string kind, string spec, string name = "api") =>
        $"---\n{{ apiVersion: metering.example/v1, kind: {kind}, metadata: {{ name: {name} }}, spec: {{ {spec} }} }}";

    [Fact]
    public async Task A_kind_is_served_from_its_definition_on_until_it_is_deleted()
    {
        var space = await cluster.SpaceAsync();
        Assert.Contains("created", await space.ApplyAsync(Definition("meters", "Meter")));
        await space.OkAsync("wait", "--for=condition=Established", "crd/meters.metering.example", "--timeout=10s");
        Assert.Contains("meters", await space.OkAsync("api-resources", "--api-group=metering.example"));

        await space.ApplyAsync(Object("Meter", "unit: hour"));
        Assert.Matches(@"NAME +UNIT +READY\napi +hour +\n", await space.OkAsync("get", "me"));
        Assert.Equal("100", await space.OkAsync("get", "meter", "api", "-o", "jsonpath={.spec.limit}"));
        await space.OkAsync("patch", "meter", "api", "--subresource=status", "--type=merge", "-p", """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""");
        Assert.Matches(@"api +hour +True", await space.OkAsync("get", "meters"));

        await space.OkAsync("delete", "crd", "meters.metering.example");
        Assert.Contains("the server could not find the requested resource", await space.FailAsync("get", "meters"));
        Assert.Contains("no matches for kind \"Meter\" in version \"metering.example/v1\"", (await space.PipeAsync(Object("Meter", "unit: hour"), ["apply", "-f", "-", .. space.Afresh()])).Error);
    }

    [Fact]
    public async Task What_the_schema_does_not_allow_is_refused_in_its_words_and_what_it_does_not_know_falls_away()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync(Definition("gauges", "Gauge"));

        Assert.Contains("spec.unit: Required value", await RefusedAsync("limit: 1"));
        Assert.Contains("spec.unit: Unsupported value: \"year\": supported values: \"hour\", \"request\"", await RefusedAsync("unit: year"));
        Assert.Contains("spec.limit: Invalid value: \"string\": spec.limit in body must be of type integer: \"string\"", await RefusedAsync("unit: hour, limit: many"));
        Assert.Contains("spec.limit: Invalid value: 0: spec.limit in body should be greater than or equal to 1", await RefusedAsync("unit: hour, limit: 0"));
        Assert.Contains("strict decoding error: unknown field \"spec.colour\"", await RefusedAsync("unit: hour, colour: red"));
        await space.ApplyAsync(Object("Gauge", "unit: hour, colour: red, open: { any: thing }"), "--validate=false");
        Assert.DoesNotContain("colour", await space.OkAsync("get", "gauge", "api", "-o", "jsonpath={.spec}"));
        Assert.Equal("thing", await space.OkAsync("get", "gauge", "api", "-o", "jsonpath={.spec.open.any}"));

        async Task<string> RefusedAsync(string spec)
        {
            var result = await space.PipeAsync(Object("Gauge", spec), "apply", "-f", "-");
            Assert.NotEqual(0, result.Exit);
            return result.Error;
        }
    }

    [Fact]
    public async Task Server_side_apply_merges_lists_by_the_keys_of_the_definition()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync(Definition("timers", "Timer"));
        await space.ApplyAsync(Object("Timer", "unit: hour, rules: [{ name: base, cost: 1 }]"), "--server-side", "--field-manager=helm");
        await space.ApplyAsync(Object("Timer", "unit: hour, rules: [{ name: night, cost: 2 }]"), "--server-side", "--field-manager=finance");
        Assert.Equal("base night", await space.OkAsync("get", "timer", "api", "-o", "jsonpath={.spec.rules[*].name}"));

        var refused = await space.PipeAsync(Object("Timer", "unit: hour, rules: [{ name: base, cost: 3 }]"), "apply", "-f", "-", "--server-side", "--field-manager=finance");
        Assert.Contains("conflict with \"helm\": .spec.rules[name=\"base\"].cost", refused.Error);
        await space.ApplyAsync(Object("Timer", "unit: hour, rules: [{ name: base, cost: 3 }]"), "--server-side", "--field-manager=finance", "--force-conflicts");
        Assert.Equal("3", await space.OkAsync("get", "timer", "api", "-o", "jsonpath={.spec.rules[?(@.name==\"base\")].cost}"));
    }

    [Fact]
    public async Task A_changed_definition_serves_another_version_of_the_same_objects()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync(Definition("scales", "Scale0"));
        await space.ApplyAsync(Object("Scale0", "unit: hour"));
        await space.ApplyAsync(Definition("scales", "Scale0", "- { name: v2, served: true, storage: false, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }"));

        Assert.Equal("metering.example/v2", await space.OkAsync("get", "scales.v2.metering.example", "api", "-o", "jsonpath={.apiVersion}"));
        Assert.Contains("spec.names.kind: Invalid value: \"Other\": field is immutable", (await space.PipeAsync(Definition("scales", "Other"), "apply", "-f", "-")).Error);
    }

    [Fact]
    public async Task A_definition_that_is_none_is_refused()
    {
        var space = await cluster.SpaceAsync();
        var error = (await space.PipeAsync(Definition("dials", "Dial").Replace("name: dials.metering", "name: dial.metering").Replace("scope: Namespaced", "scope: World"), "apply", "-f", "-")).Error;
        Assert.Contains("metadata.name: Invalid value: \"dial.metering.example\": must be spec.names.plural+\".\"+spec.group", error);
        Assert.Contains("spec.scope: Unsupported value: \"World\": supported values: \"Cluster\", \"Namespaced\"", error);
    }
}
