using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.People;

/// <summary>Who may sign in to the console, the links that hold once, and the sessions. Thread-safe.</summary>
/// <remarks>
/// Of links and sessions only SHA-256 of their 256 random bits is stored: who reads the file can sign in as nobody. Every change is on
/// disk before it returns, so a link that was used stays used, and a session that was ended stays ended, whatever happens to the process.
/// </remarks>
public sealed class PersonStore : IDisposable
{
    /// <summary>Living sessions of one person; another one ends the oldest.</summary>
    public const int MostSessions = 10;

    static readonly SqliteLayout Layout = new("people", 1, """
        CREATE TABLE people (
            name TEXT PRIMARY KEY COLLATE NOCASE,
            role TEXT NOT NULL,
            source TEXT NOT NULL,
            subject TEXT UNIQUE,
            created_ms INTEGER NOT NULL,
            disabled_ms INTEGER,
            seen_ms INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE links (
            hash BLOB PRIMARY KEY,
            name TEXT COLLATE NOCASE,
            expires_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE sessions (
            hash BLOB PRIMARY KEY,
            name TEXT NOT NULL COLLATE NOCASE,
            began_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL,
            ends_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        """, IsDurable: true);

    const int SecretBytes = 32;
    const long SeenEveryMs = 60_000;

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;
    readonly TimeProvider _time;
    bool _isClosed;

    PersonStore(SqliteConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, or cannot be opened.</exception>
    public static PersonStore Open(string path, TimeProvider time) => new(SqliteFile.Open(path, Layout), time);

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Everybody, by name.</summary>
    public IReadOnlyList<Person> All() => Locked(() => Select("ORDER BY name", ""));

    /// <summary>Null when nobody has that name.</summary>
    public Person? Find(string name) => Locked(() => Select("WHERE name = $value", name) is [var person] ? person : null);

    /// <summary>Whether anybody can act as admin.</summary>
    public bool HasAdmin => Locked(() => Select("WHERE role = 'admin' AND disabled_ms IS NULL", "").Count > 0);

    /// <summary>Makes a local person, or gives one another role. Sessions go on with the new role.</summary>
    /// <exception cref="ArgumentException">The name cannot be signed with, or belongs to a person of the identity provider.</exception>
    public Person Set(string name, Role role)
    {
        if (Person.Fault(name) is { } fault)
        {
            throw new ArgumentException($"{name}: {fault}.", nameof(name));
        }

        return Locked(() =>
        {
            if (Select("WHERE name = $value", name) is [{ Source: PersonSource.OpenId }])
            {
                throw new ArgumentException($"{name}: this person's role comes from the identity provider; change it there.", nameof(name));
            }

            Run("INSERT INTO people (name, role, source, created_ms) VALUES ($name, $role, 'local', $now) ON CONFLICT (name) DO UPDATE SET role = $role, disabled_ms = NULL",
                ("$name", name), ("$role", Word(role)), ("$now", NowMs));
            return Select("WHERE name = $value", name)[0];
        });
    }

    /// <summary>Ends a person's sessions and links, and lets nobody sign in as them until they are set again.</summary>
    /// <returns>False when nobody has that name, or it is the only admin.</returns>
    public bool Disable(string name) => Locked(() =>
    {
        var isLastAdmin = Select("WHERE role = 'admin' AND disabled_ms IS NULL", "") is [var only] && only.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        if (isLastAdmin || Run("UPDATE people SET disabled_ms = coalesce(disabled_ms, $now) WHERE name = $name", ("$name", name), ("$now", NowMs)) == 0)
        {
            return false;
        }

        Run("DELETE FROM sessions WHERE name = $name", ("$name", name));
        Run("DELETE FROM links WHERE name = $name", ("$name", name));
        return true;
    });

    /// <summary>A link that signs this person in, once. It takes the place of an earlier one.</summary>
    /// <param name="name">Null for the link that makes the first admin, who then chooses a name.</param>
    /// <returns>The secret, which is kept nowhere.</returns>
    public string CreateLink(string? name, TimeSpan holds) => Locked(() =>
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        Run("DELETE FROM links WHERE expires_ms <= $now OR name IS $name", ("$now", NowMs), ("$name", name));
        Run("INSERT INTO links VALUES ($hash, $name, $expires)", ("$hash", SHA256.HashData(secret)), ("$name", name), ("$expires", NowMs + (long)holds.TotalMilliseconds));
        return TextOf(secret);
    });

    /// <summary>Whom a link would sign in; does not use it up.</summary>
    /// <returns>False when it does not hold, or not any more. A null name is the first admin's.</returns>
    public bool TryLook(string secret, out string? name)
    {
        var found = Locked(() => Link(secret));
        name = found?.Name;
        return found is not null;
    }

    /// <summary>Uses a link up.</summary>
    /// <param name="chosen">The first admin's name; ignored for a link that has one.</param>
    /// <returns>The person; null when the link does not hold, not any more, or the chosen name will not do.</returns>
    public Person? Use(string secret, string? chosen) => Locked(() =>
    {
        if (Link(secret) is not { } link || (link.Name is null && Person.Fault(chosen) is not null))
        {
            return null;
        }

        using var transaction = _connection.BeginTransaction();
        Run("DELETE FROM links WHERE hash = $hash", ("$hash", link.Hash));
        if (link.Name is null)
        {
            if (Select("WHERE name = $value", chosen!).Count > 0 || Select("WHERE role = 'admin' AND disabled_ms IS NULL", "").Count > 0)
            {
                return null; // rolled back: this link makes the first admin, and nobody else
            }

            Run("INSERT INTO people (name, role, source, created_ms) VALUES ($name, 'admin', 'local', $now)", ("$name", chosen), ("$now", NowMs));
        }

        var person = Select("WHERE name = $value AND disabled_ms IS NULL", link.Name ?? chosen!);
        transaction.Commit();
        return person is [var one] ? one : null;
    });

    /// <summary>What the identity provider says of somebody who has just signed in there.</summary>
    /// <param name="subject">Its own lasting name for the person, with the provider's address.</param>
    /// <returns>Null when the person is disabled here, or the name is another's.</returns>
    public Person? Recognise(string subject, string name, Role role) => Locked(() =>
    {
        if (Person.Fault(name) is not null)
        {
            return null;
        }

        var known = Select("WHERE subject = $value", subject);
        if (known is [{ Disabled: not null }] || (Select("WHERE name = $value", name) is [var other] && other.Subject != subject))
        {
            return null;
        }

        Run(known.Count > 0
                ? "UPDATE people SET role = $role WHERE subject = $subject" // the first name stays: signatures bear it
                : "INSERT INTO people (name, role, source, subject, created_ms) VALUES ($name, $role, 'openid', $subject, $now)",
            ("$subject", subject), ("$name", name), ("$role", Word(role)), ("$now", NowMs));
        return Select("WHERE subject = $value", subject)[0];
    });

    /// <summary>Begins a session.</summary>
    /// <returns>The secret for the cookie, which is kept nowhere.</returns>
    public string Begin(string name, TimeSpan length) => Locked(() =>
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var now = NowMs;
        Run("DELETE FROM sessions WHERE ends_ms <= $now OR hash IN (SELECT hash FROM sessions WHERE name = $name ORDER BY seen_ms DESC LIMIT -1 OFFSET $most)",
            ("$now", now), ("$name", name), ("$most", MostSessions - 1));
        Run("INSERT INTO sessions VALUES ($hash, $name, $now, $now, $ends)",
            ("$hash", SHA256.HashData(secret)), ("$name", name), ("$now", now), ("$ends", now + (long)length.TotalMilliseconds));
        Run("UPDATE people SET seen_ms = $now WHERE name = $name", ("$now", now), ("$name", name));
        return TextOf(secret);
    });

    /// <summary>Whose session it is, by the secret of its cookie; counts as its use.</summary>
    /// <param name="idle">A session unused for so long has ended.</param>
    /// <returns>Null when there is none, not any more, or the person was disabled.</returns>
    public Session? Find(string secret, TimeSpan idle) => HashOf(secret) is { } hash ? Find(hash, idle, isUse: true) : null;

    /// <summary>The same by <see cref="Session.Id"/>, for what lives longer than a request.</summary>
    /// <param name="isUse">Somebody did something: it counts as used.</param>
    public Session? FindById(string id, TimeSpan idle, bool isUse) => Find(Convert.FromHexString(id), idle, isUse);

    Session? Find(byte[] hash, TimeSpan idle, bool isUse) => Locked(() =>
    {
        if (_isClosed)
        {
            return null; // a page may still look while the server stops
        }

        using var command = _connection.CreateCommand();
        command.CommandText = """
            SELECT p.name, p.role, p.source, p.subject, p.created_ms, p.disabled_ms, p.seen_ms, s.began_ms, s.seen_ms, s.ends_ms
            FROM sessions s JOIN people p ON p.name = s.name WHERE s.hash = $hash AND p.disabled_ms IS NULL
            """;
        command.Parameters.AddWithValue("$hash", hash);
        Session session;
        long seen;
        using (var reader = command.ExecuteReader())
        {
            if (!reader.Read())
            {
                return null;
            }

            (session, seen) = (new Session(Convert.ToHexString(hash), Read(reader), Moment(reader, 7)!.Value, Moment(reader, 9)!.Value), reader.GetInt64(8));
        }

        var now = NowMs;
        if (session.Ends.ToUnixTimeMilliseconds() <= now || seen + (long)idle.TotalMilliseconds <= now)
        {
            Run("DELETE FROM sessions WHERE hash = $hash", ("$hash", hash));
            return null;
        }

        if (isUse && seen + SeenEveryMs <= now)
        {
            Run("UPDATE sessions SET seen_ms = $now WHERE hash = $hash", ("$now", now), ("$hash", hash));
            Run("UPDATE people SET seen_ms = $now WHERE name = $name", ("$now", now), ("$name", session.Person.Name));
        }

        return session;
    });

    /// <summary>Ends a session; none of that secret is no fault.</summary>
    public void End(string secret) => Locked(() => HashOf(secret) is { } hash ? Run("DELETE FROM sessions WHERE hash = $hash", ("$hash", hash)) : 0);

    public void Dispose() => Locked(() =>
    {
        _connection.Dispose();
        return _isClosed = true;
    });

    (byte[] Hash, string? Name)? Link(string secret)
    {
        if (HashOf(secret) is not { } hash)
        {
            return null;
        }

        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name FROM links WHERE hash = $hash AND expires_ms > $now";
        command.Parameters.AddWithValue("$hash", hash);
        command.Parameters.AddWithValue("$now", NowMs);
        using var reader = command.ExecuteReader();
        return reader.Read() ? (hash, reader.IsDBNull(0) ? null : reader.GetString(0)) : null;
    }

    List<Person> Select(string which, string value)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT name, role, source, subject, created_ms, disabled_ms, seen_ms FROM people {which}";
        command.Parameters.AddWithValue("$value", value);
        using var reader = command.ExecuteReader();
        var people = new List<Person>();
        while (reader.Read())
        {
            people.Add(Read(reader));
        }

        return people;
    }

    int Run(string sql, params IReadOnlyList<(string Name, object? Value)> parameters)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command.ExecuteNonQuery();
    }

    T Locked<T>(Func<T> use)
    {
        lock (_lock)
        {
            return use();
        }
    }

    static Person Read(SqliteDataReader reader) => new(
        reader.GetString(0), Enum.Parse<Role>(reader.GetString(1), ignoreCase: true), Enum.Parse<PersonSource>(reader.GetString(2), ignoreCase: true),
        reader.IsDBNull(3) ? null : reader.GetString(3), Moment(reader, 4)!.Value, Moment(reader, 5), Moment(reader, 6));

    static DateTimeOffset? Moment(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    static string Word(Role role) => role.ToString().ToLowerInvariant();

    static string TextOf(byte[] secret) => Convert.ToBase64String(secret).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    static byte[]? HashOf(string text)
    {
        var secret = new byte[SecretBytes + 2];
        return text.Length == ((SecretBytes * 4) + 2) / 3
            && Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/') + "=", secret, out var length) && length == SecretBytes
            ? SHA256.HashData(secret.AsSpan(0, SecretBytes))
            : null;
    }
}
