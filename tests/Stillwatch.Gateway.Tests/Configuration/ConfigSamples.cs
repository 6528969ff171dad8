namespace Stillwatch.Gateway.Tests.Configuration;

static class ConfigSamples
{
    /// <summary>Every key but the files (tls, accounts, organizations, apps), none at its default.</summary>
    public const string Full = """
        listen: http://127.0.0.1:9080
        listen_h2c: http://127.0.0.1:9082
        admin: {listen: http://127.0.0.1:9081, auth: none}
        data: /var/lib/stillwatch
        upstreams:
          vllm:
            api: openai
            urls: [http://10.0.0.5:8000, http://10.0.0.6:8000/base]
            api_key: ${VLLM_KEY}
            auth: x-api-key
            http2: true
            trusted: true
            usage: estimate
            user_id: false
            batches: true
            files: true
            count_tokens: true
            timeouts: {connect: 500ms, headers: 2m, idle: 30s, total: 2h}
            circuit: {failures: 3, open: 20s}
        models:
          - {match: "claude-opus-*", upstream: vllm, model: my-70b}
          - {match: "*", upstream: vllm, face: openai}
        echo_model: false
        strict_anthropic_version: true
        client: {trusted_proxies: [10.0.0.0/8, 192.0.2.7], ip_header: X-Real-IP, ja4_header: X-JA4}
        body_limits: {messages: 1MiB, batches: 2MiB, files: 3MB}
        log_content: true
        retention_days: 7
        audit_days: 90
        console:
          session: 8h
          idle: 30m
          openid:
            authority: https://id.example.org
            client_id: stillwatch
            client_secret: ${VLLM_KEY}
            name_claim: email
            role_claim: roles
            roles: {viewer: tns, analyst: [tns-analysts], approver: [tns-leads], admin: [tns-admins, tns-heads]}
        verification: {secrets: ["${VERIFICATION_SECRET}", "${VERIFICATION_SECRET_BEFORE}"], tolerance: 2m}

        """;
}
