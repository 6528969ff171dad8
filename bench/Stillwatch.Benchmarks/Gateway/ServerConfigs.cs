using System.Diagnostics;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>nginx and HAProxy as an operator would put them before an LLM: kept-alive connections, nothing buffered, no log. And where to get them.</summary>
internal static class ServerConfigs
{
    const string Policy = "/usr/sbin/policy-rc.d"; // Debian asks it before it starts a service; 101 forbids
    const int SpareDescriptors = 500;

    public static string Nginx(string directory, int port, int upstream, int descriptors) => $$"""
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        daemon off;
        worker_processes auto;
        worker_rlimit_nofile {{descriptors}};
        pid {{directory}}/nginx.pid;
        error_log stderr error;
        events { worker_connections {{descriptors - SpareDescriptors}}; }
        http {
          access_log off;
          client_body_temp_path {{directory}}/body;
          proxy_temp_path {{directory}}/proxy;
          fastcgi_temp_path {{directory}}/fastcgi;
          uwsgi_temp_path {{directory}}/uwsgi;
          scgi_temp_path {{directory}}/scgi;
          client_max_body_size 32m;
          keepalive_timeout 600s;
          keepalive_requests 100000000;
          upstream model { server 127.0.0.1:{{upstream}}; keepalive 256; keepalive_requests 100000000; keepalive_timeout 600s; }
          server {
            listen 127.0.0.1:{{port}} backlog=4096;
            location / {
              proxy_pass http://model;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_buffering off;
              proxy_request_buffering off;
              proxy_read_timeout 600s;
            }
          }
        }

        """;

    /// <summary>Without http-no-delay HAProxy gathers the events of a stream into lumps, which no client of a model wants.</summary>
    public static string HaProxy(int port, int upstream, int descriptors) => $"""
        global
          maxconn {(descriptors - SpareDescriptors) / 2}
        defaults
          mode http
          option http-no-delay
          http-reuse always
          timeout connect 5s
          timeout client 600s
          timeout server 600s
          timeout http-keep-alive 600s
        frontend clients
          bind 127.0.0.1:{port} backlog 4096
          default_backend model
        backend model
          server model 127.0.0.1:{upstream}

        """;

    public static string Program(string name)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{name} is not installed; on Debian: apt-get install {Package(name)}");

    /// <summary>Installs the Debian package where that is possible, and sees to it that no service starts.</summary>
    /// <returns>Null when the program is there now; otherwise why not.</returns>
    public static string? Install(string name, TextWriter progress)
    {
        var error = Missing(name);
        if (error is null || OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            return error;
        }

        progress.WriteLine($"installing {Package(name)} with apt-get, its service forbidden to start");
        var planted = !File.Exists(Policy);
        if (planted)
        {
            File.WriteAllText(Policy, "#!/bin/sh\nexit 101\n");
            File.SetUnixFileMode(Policy, (UnixFileMode)0b111_101_101);
        }

        try
        {
            using var apt = Process.Start(new ProcessStartInfo("sh", ["-c", $"apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {Package(name)}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var said = apt.StandardError.ReadToEndAsync();
            apt.StandardOutput.ReadToEnd();
            apt.WaitForExit();
            return Missing(name) is { } still ? $"{still} (apt-get ended with {apt.ExitCode}: {said.Result.Trim().Split('\n')[^1]})" : null;
        }
        finally
        {
            if (planted)
            {
                File.Delete(Policy);
            }
        }
    }

    /// <summary>The first line of what <c>-v</c> prints, to be named beside the figures.</summary>
    public static string Version(string name)
    {
        using var process = Process.Start(new ProcessStartInfo(Program(name), ["-v"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        return text.Split('\n')[0].Split("version")[^1].Replace("nginx/", "").Trim(' ', ':').Split(' ')[0];
    }

    static string Package(string name) => name == "nginx" ? "nginx-light" : name;

    static string? Missing(string name)
    {
        try
        {
            Program(name);
            return null;
        }
        catch (InvalidOperationException missing)
        {
            return missing.Message;
        }
    }
}
