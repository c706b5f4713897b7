using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>JSON web tokens (HS256) with a key that lives as long as the server.</summary>
internal sealed class SessionTokens(TimeProvider time)
{
    private const string Header = """{"alg":"HS256","typ":"JWT"}""";

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public string Issue(string subject, TimeSpan? lifetime)
    {
        var now = time.GetUtcNow();
        JsonObject claims = new()
        {
            ["iss"] = "argocd",
            ["sub"] = subject,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
        };
        if (lifetime is { } span) claims["exp"] = (now + span).ToUnixTimeSeconds();
        var signed = $"{Encode(Encoding.UTF8.GetBytes(Header))}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Sign(signed)}";
    }

    /// <summary>Whether a text has the form of a token; one that has not is not looked at.</summary>
    public static bool IsToken(string text) => Claims(text) is not null;

    /// <summary>The claims of a valid token. Throws <see cref="ArgoRefusal"/>.</summary>
    public JsonObject Verify(string token)
    {
        var dot = token.LastIndexOf('.');
        if (Claims(token) is not { } claims || !Matches(token, dot))
            throw Invalid("token signature is invalid: signature is invalid");
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if ((long?)claims["exp"] is { } end && end <= now) throw Invalid("token has invalid claims: token is expired");
        return claims;
    }

    private static ArgoRefusal Invalid(string why) => new(GrpcCode.Unauthenticated, $"invalid session: {why}");

    private bool Matches(string token, int dot) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Sign(token[..dot])), Encoding.UTF8.GetBytes(token[(dot + 1)..]));

    private static JsonObject? Claims(string token)
    {
        if (token.Split('.') is not [_, var payload, _]) return null;
        try
        {
            return JsonNode.Parse(Decode(payload)) as JsonObject;
        }
        catch (Exception bad) when (bad is FormatException or JsonException)
        {
            return null;
        }
    }

    private string Sign(string text) => Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[] Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }
}
