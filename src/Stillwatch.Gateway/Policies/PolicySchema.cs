namespace Stillwatch.Gateway.Policies;

/// <summary>The JSON schema of a policy file (docs/policy.schema.json), for editors. Reading does not use it; tests hold the two together.</summary>
static class PolicySchema
{
    public static string Text()
    {
        using var schema = new StreamReader(typeof(PolicySchema).Assembly.GetManifestResourceStream("policy.schema.json")!);
        return schema.ReadToEnd();
    }
}
