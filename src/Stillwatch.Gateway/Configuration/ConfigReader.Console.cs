namespace Stillwatch.Gateway.Configuration;

// How people sign in to the console.
sealed partial class ConfigReader
{
    static readonly string[] RoleNames = ["viewer", "analyst", "approver", "admin"];

    ConsoleConfig Console(ConfigSection root)
    {
        var section = root.Section("console");
        var standard = ConsoleConfig.Standard;
        var config = new ConsoleConfig(
            section.Read("session", ConfigScalars.Duration(TimeSpan.FromMinutes(5), TimeSpan.FromDays(30)), standard.SessionLength),
            section.Read("idle", ConfigScalars.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)), standard.SessionIdle),
            OpenId(section));
        section.RefuseOthers();
        return config;
    }

    OpenIdConfig? OpenId(ConfigSection console)
    {
        var isThere = console.Has("openid");
        var section = console.Section("openid");
        var roles = section.Section("roles");
        List<(string, string)> values = [.. RoleNames.SelectMany(role => roles.List(role, (ConfigParser<string>)ConfigScalars.Text).Select(value => (value, role)))];
        const string Issuer = "write the issuer's address, like https://id.example.org.";
        const string Client = "write the client's id at the identity provider.";
        var config = new OpenIdConfig(
            (isThere ? section.Require("authority", (ConfigParser<Uri>)ConfigScalars.Issuer, Issuer) : section.Read<Uri?>("authority", ConfigScalars.Issuer!, null))!,
            (isThere ? section.Require("client_id", (ConfigParser<string>)ConfigScalars.Text, Client) : section.Read("client_id", ConfigScalars.Text, ""))!,
            section.Secret("client_secret", ConfigScalars.Text),
            section.Read("name_claim", ConfigScalars.Text, "preferred_username"),
            section.Read("role_claim", ConfigScalars.Text, "groups"),
            values);
        section.RefuseOthers();
        roles.RefuseOthers();
        if (isThere && values.Count == 0)
        {
            _notes.Fault(section.Path("roles"), "names no value of the claim, so nobody could sign in; write for instance 'admin: [tns-admins]'.");
        }

        foreach (var twice in values.GroupBy(value => value.Item1, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            _notes.Fault(section.Path("roles"), $"'{twice.Key}' stands under several roles; keep one.");
        }

        return isThere ? config : null;
    }
}
