using System.Net;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Configuration;

/// <summary>What single keys cannot tell: whether the parts of a configuration fit together, and what is legal but unwise.</summary>
sealed class ConfigChecks(GatewayConfig config, ConfigNotes notes)
{
    public void Run()
    {
        Listeners();
        Tls();
        Admin();
        Upstreams();
        Models();
    }

    void Listeners()
    {
        (string Key, Uri? Address)[] listeners = [("listen", config.Listen), ("listen_h2c", config.ListenH2c), ("admin.listen", config.Admin)];
        for (var i = 0; i < listeners.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (listeners[i].Address is { } one && listeners[j].Address is { } other && Collide(one, other))
                {
                    notes.Fault(listeners[i].Key, $"{one.Authority} is taken by {listeners[j].Key}; choose another port.");
                }
            }
        }

        if (config.ListenH2c is { Scheme: "https" })
        {
            notes.Fault("listen_h2c", "must be http://: h2c is HTTP/2 without TLS; an https:// listen offers HTTP/2 by itself.");
        }
    }

    void Tls()
    {
        (string Key, Uri? Address)[] listeners = [("listen", config.Listen), ("listen_h2c", config.ListenH2c), ("admin.listen", config.Admin)];
        foreach (var (key, address) in listeners)
        {
            if (address is { Scheme: "https" } && config.Tls is null && key != "listen_h2c")
            {
                notes.Fault(key, "is https:// but there is no certificate; write tls: with certificate and key.");
            }
            else if (address is { Scheme: "http", IsLoopback: false })
            {
                notes.Warn(key, $"{address.Authority} can be reached from outside without TLS, and keys travel in clear; use https:// with tls:, or keep a TLS terminator in front.");
            }
        }

        if (config.Tls is not null && listeners.All(listener => listener.Address is not { Scheme: "https" }))
        {
            notes.Warn("tls", "is not used, since nothing listens on https://.");
        }
    }

    void Admin()
    {
        if (!config.AdminIsOpen)
        {
            return;
        }

        if (config.Admin.IsLoopback)
        {
            notes.Warn("admin.auth", "is none: every process on this machine is an operator.");
        }
        else
        {
            notes.Fault("admin.auth", $"none is for loopback only, and {config.Admin.Authority} can be reached from outside; write 'auth: token', or listen on 127.0.0.1.");
        }
    }

    void Upstreams()
    {
        if (config.Upstreams.Count == 0)
        {
            notes.Fault("upstreams", "there is none; name at least one, with its api and urls.");
        }

        foreach (var upstream in config.Upstreams)
        {
            var urls = $"upstreams.{upstream.Name}.urls";
            if (upstream.Replicas.Count == 0 && upstream.Name != ConfigReader.DevelopmentUpstream && !notes.Blames(urls))
            {
                notes.Fault(urls, "there is none; write at least one address, like [http://10.0.0.5:8000].");
            }

            foreach (var twice in upstream.Replicas.GroupBy(replica => replica).Where(group => group.Count() > 1))
            {
                notes.Fault(urls, $"{twice.Key} stands there {twice.Count()} times; keep one.");
            }

            foreach (var self in upstream.Replicas.Where(replica => replica.IsLoopback && (Same(replica, config.Listen) || Same(replica, config.ListenH2c) || Same(replica, config.Admin))))
            {
                notes.Fault(urls, $"{self} is this gateway itself; name the model server.");
            }

            if (upstream.TotalTimeout < upstream.HeadersTimeout)
            {
                notes.Warn(
                    $"upstreams.{upstream.Name}.timeouts.headers",
                    $"{ConfigScalars.Say(upstream.HeadersTimeout)} never passes, since total is {ConfigScalars.Say(upstream.TotalTimeout)}.");
            }

            if (config.Models.All(rule => rule.Upstream != upstream.Name))
            {
                notes.Warn($"upstreams.{upstream.Name}", "no rule of models leads there.");
            }
        }
    }

    void Models()
    {
        if (config.Models.Count == 0 && !notes.Blames("models"))
        {
            notes.Fault("models", $"there is no rule; write '- {{match: \"*\", upstream: {config.Upstreams.FirstOrDefault()?.Name ?? "NAME"}}}' to pass every name through.");
        }

        for (var i = 0; i < config.Models.Count; i++)
        {
            var rule = config.Models[i];
            if (rule.Upstream.Length > 0 && config.Upstreams.All(upstream => upstream.Name != rule.Upstream))
            {
                var names = config.Upstreams.Select(upstream => upstream.Name).ToList();
                notes.Fault($"models[{i}].upstream", $"'{rule.Upstream}' is no upstream; {(names.Count > 0 ? $"there is {string.Join(", ", names)}." : "name one under upstreams.")}");
            }

            if (Shadow(i) is { } shadow)
            {
                notes.Fault($"models[{i}]", $"'{rule.Match}' never matches: models[{shadow}] ('{config.Models[shadow].Match}') takes all its names first; move it up or remove it.");
            }
        }
    }

    /// <summary>The last of the earlier rules that together leave this one nothing.</summary>
    int? Shadow(int index)
    {
        var rule = config.Models[index];
        int? last = null;
        foreach (var face in Enum.GetValues<Dialect>().Where(face => rule.Face is null || rule.Face == face))
        {
            var first = Enumerable.Range(0, index)
                .Where(i => config.Models[i] is var earlier && earlier.Match.Length > 0
                    && (earlier.Face is null || earlier.Face == face) && ModelPattern.Covers(earlier.Match, rule.Match))
                .Cast<int?>().FirstOrDefault();
            if (first is null)
            {
                return null;
            }

            last = Math.Max(last ?? 0, first.Value);
        }

        return last;
    }

    // Port 0 is chosen by the system, so it never collides.
    static bool Collide(Uri one, Uri other) => one.Port == other.Port && one.Port != 0 && (one.Host == other.Host || IsEvery(one) || IsEvery(other));

    static bool IsEvery(Uri address) => IPAddress.TryParse(address.DnsSafeHost, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    static bool Same(Uri replica, Uri? listener) => listener is not null && replica.Port == listener.Port && replica.Port != 0;
}
