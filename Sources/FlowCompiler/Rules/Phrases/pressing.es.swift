extension PressingPhrases {
  /// pressing.es
  static let spanish = """
    actúe ahora
    actúe ya
    advertencia final
    ahora o nunca
    antes de que sea demasiado tarde
    aún no ha respondido
    aún no has respondido
    debe responder
    el tiempo se acaba
    estoy decepcionada
    estoy decepcionado
    nos veremos obligados
    no nos deja otra opción
    no nos deja otro remedio
    no nos ignore
    nunca ha contestado
    nunca ha respondido
    por qué no contesta
    por qué no ha contestado
    por qué no ha respondido
    por qué no has contestado
    por qué no has respondido
    por qué no responde
    responda inmediatamente
    seguimos esperando
    sigo esperando
    su silencio
    su última oportunidad
    todavía no ha respondido
    todavía no has respondido
    tu última oportunidad
    usted nos ignora
    última advertencia
    última oportunidad
    último aviso
    último recordatorio
    últimos avisos
    """
}
